import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import type { AuthOptions, OAuthOptions } from '../simulator/service/auth-options.ts'
import { Killed, breakingFiles } from '../support/breaking-files.ts'
import { testDataset } from '../support/test-dataset.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const stream = streamOf(kind, 3)

interface Way {
  name: string
  asks: AuthOptions
  auth: string
  /** What is in the file `secret`. */
  secret: string
}

const oauth: OAuthOptions = {
  kind: 'oauth2',
  clientId: 'id',
  clientSecret: 'se:cret/9',
  refreshToken: 'refresh-0',
  user: 'me',
  password: 'pass word+1',
}
const oauthKeys = (url: string, more: string): string =>
  `{ kind = "oauth2", token_url = "${url}/oauth/token", client_id = "id", client_secret = { file = "client" }, ${more} }`

const ways: Way[] = [
  {
    name: 'basic',
    asks: { kind: 'basic', user: 'me', password: 'pä:ss' },
    auth: '{ kind = "basic", user = "me", password = { file = "secret" } }',
    secret: 'pä:ss',
  },
  {
    name: 'bearer',
    asks: { kind: 'bearer', token: 'tok-4f2a' },
    auth: '{ kind = "bearer", token = { file = "secret" } }',
    secret: 'tok-4f2a',
  },
  {
    name: 'api-key in a header',
    asks: { kind: 'api-key', name: 'X-Key', value: 'key-11', in: 'header' },
    auth: '{ kind = "api-key", name = "X-Key", value = { file = "secret" } }',
    secret: 'key-11',
  },
  {
    name: 'api-key in the address',
    asks: { kind: 'api-key', name: 'k', value: 'key 1&2', in: 'query' },
    auth: '{ kind = "api-key", name = "k", value = { file = "secret" }, in = "query" }',
    secret: 'key 1&2',
  },
  {
    name: 'cookie',
    asks: { kind: 'cookie', name: 'session', value: 'a=b/c' },
    auth: '{ kind = "cookie", jar = "secret" }',
    secret: '#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t2000000000\tsession\ta=b/c',
  },
  ...(
    [
      ['refresh_token', 'refresh_token = { file = "secret" }'],
      ['client_credentials', 'grant = "client_credentials"'],
      ['password', 'grant = "password", user = "me", password = { file = "secret" }, client_auth = "body"'],
    ] as const
  ).map(([name, keys]): Way => ({
    name: `oauth2, ${name}`,
    asks: oauth,
    auth: keys,
    secret: name === 'password' ? oauth.password! : 'refresh-0',
  })),
]

async function authorized({ asks, auth, secret }: Way, more = ''): Promise<Scene> {
  const made = await scene('', { auth: asks, account: { createdPerDay: 0.4 } })
  const written = asks.kind === 'oauth2' ? oauthKeys(made.service.url, auth) : auth
  made.configure(`auth = ${written}\n${more}\n${stream}`)
  put(made, 'secret', `${secret}\n`)
  put(made, 'client', `${oauth.clientSecret}\n`)
  return made
}

function put({ dataset }: Scene, name: string, text: string): void {
  writeFileSync(join(dataset.folder, name), text)
}

async function expectEverything({ service, dataset }: Scene): Promise<void> {
  const { records } = await readParcel(dataset)
  expect(idsOf(await records<Item>('items', kind.items))).toEqual(idsOf(service.account.listed()))
}

describe.each(ways)('authorization by $name', (way) => {
  it('is shown with every request', async () => {
    const made = await authorized(way)
    await made.exportWell()
    await expectEverything(made)
    expect(made.service.requests.filter(({ status }) => status !== 200)).toEqual([])
  })

  it('that is wrong fails the export after one try, with what to do', async () => {
    const made = await authorized({ ...way, secret: way.secret.replace(/.$/, '') })
    if (way.name.endsWith('client_credentials')) put(made, 'client', 'other')
    expect(await made.export()).toMatchObject({ event: 'failed', code: 'auth', hint: expect.any(String) as string })
    expect(made.service.requests.length).toBeLessThan(3)
  })

  it('that is refused in the middle of an export leaves it incomplete, or is renewed', async () => {
    const made = await authorized(way)
    made.service.plan([{ stream: 'page', from: 3, times: 1, fault: { kind: 'unauthorized' } }])
    const event = await made.export()
    if (way.asks.kind === 'oauth2') {
      expect(event).toMatchObject({ state: 'good' })
      await expectEverything(made)
    } else expect(event).toMatchObject({ state: 'suspect', incomplete: [expect.stringContaining('HTTP 401')] })
  })
})

const refreshing = ways.find(({ name }) => name === 'oauth2, refresh_token')!

describe('an access token', () => {
  it.each([1, 2, 5])('that expires after %i requests is renewed in the middle of an export', async (tokenRequests) => {
    const made = await authorized({ ...refreshing, asks: { ...oauth, tokenRequests, saysSeconds: null } })
    await made.exportWell()
    await expectEverything(made)
    expect(made.service.oauth!.issued.length).toBeGreaterThan(2)
    expect(made.dataset.read('secret').trim()).toBe(made.service.oauth!.refreshToken)
  })

  it('is renewed before its time is over', async () => {
    const made = await authorized(
      { ...refreshing, asks: { ...oauth, tokenSeconds: 100 } },
      'limits = { rate = "2/min" }',
    )
    await made.exportWell()
    await expectEverything(made)
    expect(made.service.requests.filter(({ status }) => status === 401)).toEqual([])
  })

  it('for several requests at once is asked for once', async () => {
    const made = await authorized(refreshing, 'limits = { parallel = 4 }')
    const other = stream.replace('"items"', '"others"')
    made.configure(
      `auth = ${oauthKeys(made.service.url, refreshing.auth)}\nlimits = { parallel = 4 }\n${stream}${other}`,
    )
    made.service.plan([{ stream: 'page', from: 4, fault: { kind: 'expire-tokens' } }])
    await made.exportWell()
    expect(made.service.requests.filter(({ stream: name }) => name === 'oauth.token')).toHaveLength(2)
  })
})

describe('a rotated refresh token', () => {
  it('is safe at whatever step the export is killed: the next run works', async () => {
    for (let step = 1; ; step++) {
      const made = await authorized({ ...refreshing, asks: { ...oauth, revokesOnReuse: true } })
      let isAtWork = true
      const { files, steps } = breakingFiles((at) => (at === step ? 'kill' : 'go on'))
      try {
        await made.export({ ...made.dataset.system, files })
        isAtWork = false
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
      // From the first page on it is in the file.
      if (!isAtWork || steps.some((name) => name.includes('bodies/'))) break
      const wasUsed = made.service.requests.length > 0
      const isLost = wasUsed && made.dataset.read('secret').trim() !== made.service.oauth!.refreshToken
      // Only a kill between the server's answer and the rename can lose it: no program can be safe from that.
      if (isLost) {
        expect(steps.at(-1)).toMatch(/^(create|write|sync|rename|remove) .*secret/)
        continue
      }
      made.advance(minute)
      await made.exportWell()
      await expectEverything(made)
      await made.service.stop()
    }
  })

  it('is shared by two datasets that run at once', async () => {
    const made = await authorized({
      ...refreshing,
      asks: { ...oauth, revokesOnReuse: true, tokenRequests: 3, saysSeconds: null },
    })
    const shared = join(made.dataset.root, 'shared')
    mkdirSync(shared)
    writeFileSync(join(shared, 'refresh'), 'refresh-0\n')
    chmodSync(join(shared, 'refresh'), 0o600)
    const source = oauthKeys(made.service.url, `refresh_token = { file = "${shared}/refresh" }`)
    made.configure(`auth = ${source}\n${stream}`)
    const second = testDataset(made.dataset.read('config.toml'), 'second', made.dataset.root)
    writeFileSync(join(second.folder, 'client'), oauth.clientSecret)
    const outcomes = await Promise.all([made.dataset.run(), second.run()])
    for (const { exported, problems } of outcomes) {
      expect(problems).toEqual([])
      expect(exported).toMatchObject({ state: 'good' })
    }
    expect(readFileSync(join(shared, 'refresh'), 'utf8').trim()).toBe(made.service.oauth!.refreshToken)
    expect(statSync(join(shared, 'refresh')).mode & 0o777).toBe(0o600)
    expect(existsSync(join(shared, 'refresh.tmp'))).toBe(false)
  })

  it('that cannot be kept is not asked for', async () => {
    const made = await authorized(refreshing)
    const { files } = breakingFiles((_, name) =>
      name.startsWith('create') && name.includes('secret') ? { refuse: 'EACCES' } : 'go on',
    )
    expect(await made.export({ ...made.dataset.system, files })).toMatchObject({
      event: 'failed',
      reason: expect.stringContaining('permission denied') as string,
    })
    expect(made.service.requests).toEqual([])
    await made.exportWell()
  })
})

describe('a redirect', () => {
  it('to another host is followed without the authorization, and a next page there is refused', async () => {
    for (const way of ways.slice(0, 5)) {
      const made = await authorized(way)
      const other = await scene('', { account: { createdPerDay: 0.4 } })
      made.service.plan([{ from: 2, fault: { kind: 'redirect', to: `${other.service.url}/page/cursor` } }])
      await made.export()
      expect(other.service.requests).toHaveLength(1)
      const { headers, path } = other.service.requests[0]!
      expect(path).toBe('/page/cursor')
      expect(Object.keys(headers)).not.toContain('authorization')
      expect(Object.keys(headers)).not.toContain('cookie')
      expect(Object.keys(headers)).not.toContain('x-key')
    }
    const made = await authorized(ways[1]!)
    const other = await scene('')
    const body = { results: [], next: `${other.service.url}/page/next-url` }
    made.configure(
      `auth = ${ways[1]!.auth}\n${stream.replace('page/cursor', 'page/next-url').replace(/page = .*/, 'page = { kind = "next-url", at = "next", empty = "continue" }')}`,
    )
    made.service.plan([{ from: 1, fault: { kind: 'status', status: 200, body } }])
    expect(await made.export()).toMatchObject({ incomplete: [expect.stringContaining("not the source's own host")] })
    expect(other.service.requests).toEqual([])
  })
})
