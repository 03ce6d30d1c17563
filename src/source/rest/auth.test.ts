import type { IncomingMessage } from 'node:http'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../../test/support/breaking-files.ts'
import { get, readText, serve, testClient } from '../../../test/support/rest-client.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { acquireLock } from '../../system/lock.ts'
import { authConfig } from './auth.ts'

/** A folder with these files, where references begin. */
function withFiles(files: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
  return folder
}

/** A server that answers 401 to what `isGood` does not let pass, and remembers everything. */
async function guarded(
  isGood: (request: IncomingMessage) => boolean,
): Promise<{ base: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const base = await serve((request, response) => {
    seen.push(request)
    response.writeHead(isGood(request) ? 200 : 401).end('done')
  })
  return { base, seen }
}

const authorization =
  (value: string) =>
  (request: IncomingMessage): boolean =>
    request.headers.authorization === value

describe('what proves who we are', () => {
  it.each<[string, object, (request: IncomingMessage) => boolean]>([
    [
      'user and password',
      { kind: 'basic', user: 'zoë', password: { file: 'secret' } },
      authorization(`Basic ${Buffer.from('zoë:hunter22').toString('base64')}`),
    ],
    ['a token', { kind: 'bearer', token: { file: 'secret' } }, authorization('Bearer hunter22')],
    [
      'a token by another word',
      { kind: 'bearer', scheme: 'token', token: { file: 'secret' } },
      authorization('token hunter22'),
    ],
    [
      'a key in a header',
      { kind: 'api-key', name: 'X-Key', value: { file: 'secret' } },
      ({ headers }) => headers['x-key'] === 'hunter22',
    ],
    [
      'a key in the address, beside what is there',
      { kind: 'api-key', name: 'api key', value: { file: 'odd' }, in: 'query' },
      ({ url }) => url === '/a?b=%20c&api%20key=a%26b%20c',
    ],
    ['cookies', { kind: 'cookie', jar: 'jar' }, ({ headers }) => headers.cookie === 'session=hunter22'],
  ])('is %s', async (_, auth, isGood) => {
    const { base, seen } = await guarded(isGood)
    const jar = '127.0.0.1\tFALSE\t/\tFALSE\t1900000000\tsession\thunter22\n127.0.0.1\tFALSE\t/\tFALSE\t1\told\tgone\n'
    const { client } = testClient(base, { auth, folder: withFiles({ secret: 'hunter22\n', odd: 'a&b c', jar }) })
    const headers = { authorization: 'other', 'x-key': 'other', cookie: 'other' }
    const url = `${base}/a?b=%20c${'in' in auth ? '&api+key=other' : ''}`
    const answer = await client.request(get(url, { headers }), readText)
    expect(answer.value).toBe('done')
    expect(seen).toHaveLength(1)
  })

  it.each<[string, string | undefined, string]>([
    ['is not there', undefined, 'there is no file of cookies'],
    ['has none for the host', 'example.com\tTRUE\t/\tFALSE\t0\ta\tb', 'holds no cookies for 127.0.0.1'],
    ['has expired', '127.0.0.1\tFALSE\t/\tFALSE\t1600000000\ta\tb', 'have expired, the last on 2020-09-13'],
  ])('says that the jar %s, and asks nothing', async (_, jar, message) => {
    const { base, seen } = await guarded(() => true)
    const folder = withFiles(jar === undefined ? {} : { jar })
    const { client } = testClient(base, { auth: { kind: 'cookie', jar: 'jar' }, folder })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({
      code: 'auth',
      retryable: false,
      message: expect.stringContaining(message) as string,
    })
    expect(seen).toHaveLength(0)
  })

  it('names the key of a secret that cannot be read', async () => {
    const { client } = testClient('http://127.0.0.1:1', { auth: { kind: 'bearer', token: { file: 'no' } } })
    await expect(client.request(get('http://127.0.0.1:1'), readText)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/^source\.auth\.token: the secret cannot be read: there is no file/) as string,
    })
  })
})

describe('a refusal', () => {
  it('is final when there is nothing new to prove it with', async () => {
    const { base, seen } = await guarded(() => false)
    const { client } = testClient(base, {
      auth: { kind: 'bearer', token: { file: 'secret' } },
      folder: withFiles({ secret: 'hunter22' }),
    })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({
      code: 'auth',
      message: `GET ${base}: HTTP 401 Unauthorized: done`,
    })
    expect(seen).toHaveLength(1)
  })

  it('makes it read the secret again: there may be a new one by now', async () => {
    const folder = withFiles({ secret: 'old-token' })
    const { base, seen } = await guarded((request) => {
      writeFileSync(join(folder, 'secret'), 'new-token')
      return authorization('Bearer new-token')(request)
    })
    const { client } = testClient(base, { auth: { kind: 'bearer', token: { file: 'secret' } }, folder })
    expect((await client.request(get(base), readText)).value).toBe('done')
    expect(seen).toHaveLength(2)
    expect(client.redact('old-token new-token')).toBe('[secret] [secret]')
  })

  it('without any authorization is told as it is', async () => {
    const { base } = await guarded(() => false)
    await expect(testClient(base).client.request(get(base), readText)).rejects.toMatchObject({ code: 'auth' })
  })
})

interface Authority {
  base: string
  tokenUrl: string
  /** The fields of each request to the token endpoint, with its Authorization. */
  grants: Record<string, string>[]
  /** Access tokens that are good now. */
  good: Set<string>
}

/** A server with a token endpoint that rotates refresh tokens: `refresh-1`, `refresh-2` … each is good once. */
async function authority(
  options: {
    onGrant?: (count: number) => { status: number; body: unknown } | undefined
    delayMs?: number
    expiresIn?: unknown
  } = {},
): Promise<Authority> {
  const grants: Record<string, string>[] = []
  const good = new Set<string>()
  let refresh = 'refresh-1'
  const base = await serve((request, response) => {
    const grant = async (): Promise<void> => {
      const fields = Object.fromEntries(new URLSearchParams(await readText(request)))
      grants.push({ ...fields, authorization: request.headers.authorization ?? '' })
      const count = grants.length
      const own = options.onGrant?.(count)
      if (own !== undefined) {
        response.writeHead(own.status).end(JSON.stringify(own.body))
        return
      }
      if (fields['grant_type'] === 'refresh_token' && fields['refresh_token'] !== refresh) {
        response
          .writeHead(400)
          .end(JSON.stringify({ error: 'invalid_grant', error_description: `no ${fields['refresh_token']}` }))
        return
      }
      refresh = `refresh-${count + 1}`
      good.add(`access-${count}`)
      const answer = { access_token: `access-${count}`, expires_in: options.expiresIn ?? 3600, refresh_token: refresh }
      setTimeout(() => response.end(JSON.stringify(answer)), options.delayMs ?? 0)
    }
    if (request.url === '/token') void grant()
    else if (good.has(request.headers.authorization?.replace('Bearer ', '') ?? '')) response.end('done')
    else response.writeHead(401).end('no')
  })
  return { base, tokenUrl: `${base}/token`, grants, good }
}

function oauth(tokenUrl: string, more: object = {}): object {
  return { kind: 'oauth2', token_url: tokenUrl, client_id: 'me', refresh_token: { file: 'refresh' }, ...more }
}

describe('a token of a token endpoint', () => {
  it('is asked for once, and the rotated refresh token is on the disk before the access token is used', async () => {
    const folder = withFiles({ refresh: 'refresh-1\n' })
    const saved: string[] = []
    const server = await authority()
    const { client } = testClient(server.base, {
      auth: oauth(server.tokenUrl, { scope: 'read', client_secret: { command: 'echo s3cret+/' } }),
      folder,
    })
    for (let count = 0; count < 3; count++) {
      await client.request(get(server.base), async () => void saved.push(readFileSync(join(folder, 'refresh'), 'utf8')))
    }
    expect(saved).toEqual(['refresh-2\n', 'refresh-2\n', 'refresh-2\n'])
    expect(statSync(join(folder, 'refresh')).mode & 0o777).toBe(0o600)
    expect(server.grants).toEqual([
      {
        grant_type: 'refresh_token',
        refresh_token: 'refresh-1',
        scope: 'read',
        authorization: `Basic ${Buffer.from('me:s3cret%2B%2F').toString('base64')}`,
      },
    ])
  })

  it('is renewed ahead of time, and after a refusal in mid-run, once for all that are refused', async () => {
    const server = await authority({ expiresIn: '600', delayMs: 30 })
    const folder = withFiles({ refresh: 'refresh-1' })
    const { client, clock } = testClient(server.base, { auth: oauth(server.tokenUrl), folder, limits: { parallel: 4 } })
    const ask = (): Promise<unknown> => client.request(get(server.base), readText)
    await Promise.all([ask(), ask(), ask(), ask()])
    expect(server.grants).toHaveLength(1)
    clock.advance(530_000)
    await ask()
    expect(server.grants).toHaveLength(1)
    clock.advance(15_000)
    await ask()
    expect(server.grants).toHaveLength(2)
    server.good.clear()
    await Promise.all([ask(), ask(), ask(), ask(), ask(), ask()])
    expect(server.grants).toHaveLength(3)
    expect(readFileSync(join(folder, 'refresh'), 'utf8')).toBe('refresh-4\n')
  })

  it('that is refused at once is not renewed again and again', async () => {
    const server = await authority()
    const other = await guarded(() => false)
    const { client } = testClient(other.base, {
      auth: oauth(server.tokenUrl),
      folder: withFiles({ refresh: 'refresh-1' }),
    })
    await expect(client.request(get(other.base), readText)).rejects.toMatchObject({ code: 'auth' })
    expect([server.grants.length, other.seen.length]).toEqual([2, 2])
  })

  it('may be shared by two datasets that use one file', async () => {
    const server = await authority({ delayMs: 20 })
    const folder = withFiles({ refresh: 'refresh-1' })
    const asked = [1, 2, 3].map(() => testClient(server.base, { auth: oauth(server.tokenUrl), folder }).client)
    await Promise.all(asked.map((client) => client.request(get(server.base), readText)))
    expect(server.grants.map((grant) => grant['refresh_token'])).toEqual(['refresh-1', 'refresh-2', 'refresh-3'])
  })

  it('is not asked for while another process holds the file', async () => {
    const server = await authority()
    const folder = withFiles({ refresh: 'refresh-1' })
    const lock = await acquireLock(join(folder, 'refresh.lock'))
    const { client, clock } = testClient(server.base, { auth: oauth(server.tokenUrl), folder, retry: { tries: 1 } })
    await expect(client.request(get(server.base), readText)).rejects.toMatchObject({ code: 'busy', retryable: true })
    expect(clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(60_000)
    expect(server.grants).toHaveLength(0)
    lock!.release()
  })

  it('is not asked for when a new refresh token could not be kept', async () => {
    const server = await authority()
    const { files } = breakingFiles((_, name) => (name.startsWith('write') ? { refuse: 'ENOSPC' } : 'go on'))
    const folder = withFiles({ refresh: 'refresh-1' })
    const { client } = testClient(server.base, { auth: oauth(server.tokenUrl), folder, tools: { files } })
    await expect(client.request(get(server.base), readText)).rejects.toMatchObject({ code: 'no-space' })
    expect(server.grants).toHaveLength(0)
  })

  it('is not used when the new refresh token was not kept, which is tried again first', async () => {
    const server = await authority()
    let isFull = true
    const { files } = breakingFiles((_, name) => (isFull && name.startsWith('rename') ? { refuse: 'ENOSPC' } : 'go on'))
    const folder = withFiles({ refresh: 'refresh-1' })
    const { client } = testClient(server.base, { auth: oauth(server.tokenUrl), folder, tools: { files } })
    await expect(client.request(get(server.base), readText)).rejects.toMatchObject({ code: 'no-space' })
    isFull = false
    expect((await client.request(get(server.base), readText)).value).toBe('done')
    expect(readFileSync(join(folder, 'refresh'), 'utf8')).toBe('refresh-3\n')
  })

  it('is kept though an interrupt comes while it is asked for', async () => {
    const abort = new AbortController()
    const server = await authority({
      delayMs: 30,
      onGrant() {
        abort.abort()
        return undefined
      },
    })
    const folder = withFiles({ refresh: 'refresh-1' })
    const { client } = testClient(server.base, { auth: oauth(server.tokenUrl), folder, abort })
    await expect(client.request(get(server.base), readText)).rejects.toMatchObject({ code: 'cancelled' })
    expect(readFileSync(join(folder, 'refresh'), 'utf8')).toBe('refresh-2\n')
  })

  it('is asked for again when the endpoint has a problem of its own', async () => {
    const server = await authority({ onGrant: (count) => (count < 3 ? { status: 503, body: {} } : undefined) })
    const { client, clock } = testClient(server.base, {
      auth: oauth(server.tokenUrl),
      folder: withFiles({ refresh: 'refresh-1' }),
    })
    expect((await client.request(get(server.base), readText)).value).toBe('done')
    expect(clock.sleeps).toEqual([1000, 2000])
  })

  it.each([
    [
      'refused',
      { status: 400, body: { error: 'invalid_grant', error_description: 'Token expired' } },
      'refuses: invalid_grant: Token expired',
    ],
    [
      'refused in a good answer',
      { status: 200, body: { error: 'bad_verification_code' } },
      'refuses: bad_verification_code',
    ],
    ['no token at all', { status: 200, body: [] }, 'it answers HTTP 200 OK without a token'],
    ['redirected', { status: 302, body: 'x' }, 'it answers HTTP 302 Found without a token'],
  ])('%s is final', async (_, answer, message) => {
    const server = await authority({ onGrant: () => answer })
    const { client } = testClient(server.base, {
      auth: oauth(server.tokenUrl),
      folder: withFiles({ refresh: 'refresh-1' }),
    })
    await expect(client.request(get(server.base), readText)).rejects.toMatchObject({
      code: 'auth',
      retryable: false,
      message: expect.stringContaining(message) as string,
      hint: expect.stringMatching(/authorize the client anew|client_auth/) as string,
    })
    expect(server.grants).toHaveLength(1)
  })

  it('is given for a client or a password, too', async () => {
    const server = await authority()
    const folder = withFiles({ secret: 's3cret', password: 'pass word' })
    const client = { client_secret: { file: 'secret' }, client_auth: 'body', refresh_token: undefined }
    for (const grant of [
      { grant: 'client_credentials' },
      { grant: 'password', user: 'me@example.com', password: { file: 'password' } },
    ]) {
      const { client: rest } = testClient(server.base, {
        auth: oauth(server.tokenUrl, { ...client, ...grant }),
        folder,
      })
      expect((await rest.request(get(server.base), readText)).value).toBe('done')
    }
    const own = { client_id: 'me', client_secret: 's3cret', authorization: '' }
    expect(server.grants).toEqual([
      { grant_type: 'client_credentials', ...own },
      { grant_type: 'password', username: 'me@example.com', password: 'pass word', ...own },
    ])
  })
})

it.each([
  { kind: 'oauth2', token_url: 'https://a', client_id: 'me' },
  { kind: 'oauth2', token_url: 'https://a', client_id: 'me', refresh_token: { env: 'TOKEN' } },
  { kind: 'oauth2', token_url: 'https://a', client_id: 'me', grant: 'password', user: 'me' },
  { kind: 'oauth2', token_url: 'file:///a', client_id: 'me', grant: 'client_credentials', client_secret: { env: 'S' } },
  { kind: 'bearer', token: 'written here' },
  { kind: 'digest' },
])('refuses %j', (config) => {
  expect(authConfig.safeParse(config).success).toBe(false)
})

describe('a secret shows nowhere', () => {
  const canary = 'cänary/7+zXq9 "w'
  const jar = '127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tcanary-8zXq9\n'
  const forms = [
    canary,
    'canary-8zXq9',
    encodeURIComponent(canary),
    new URLSearchParams({ a: canary }).toString().slice(2),
    Buffer.from(canary).toString('base64').replace(/=+$/, ''),
    Buffer.from(`me:${canary}`).toString('base64').replace(/=+$/, ''),
    JSON.stringify(canary).slice(1, -1),
    'access-canary',
    'refresh-canary',
    'zXq9',
  ]

  function expectNothing(...shown: readonly unknown[]): void {
    for (const value of shown) {
      const text = `${inspect(value, { depth: 20, showHidden: true, maxStringLength: null })} ${JSON.stringify(value)}`
      for (const form of forms) expect(text).not.toContain(form)
    }
  }

  /** A server that repeats everything that it was sent, and that sends on to `away`. */
  async function echo(away?: string): Promise<string> {
    let tokens = 0
    return serve((request, response) => {
      const answer = async (): Promise<void> => {
        const body = await readText(request)
        const heard = [
          decodeURIComponent(request.url!),
          request.url,
          request.rawHeaders.join(' '),
          body,
          decodeURIComponent(body),
        ].join('\n')
        const path = request.url!.split('?')[0]
        if (path === '/token' && (tokens += 1) % 2 === 1) {
          response.end(
            JSON.stringify({ access_token: `access-canary-${tokens}`, refresh_token: `refresh-canary-${tokens}` }),
          )
        } else if (path === '/token')
          response.writeHead(400).end(JSON.stringify({ error: heard, error_description: canary }))
        else if (path === '/away')
          response.writeHead(302, { Location: `${away}/200${request.url!.slice(5)}` }).end(heard)
        else if (path === '/twice') response.writeHead(302, { Location: `/500${request.url!.slice(6)}` }).end(heard)
        else if (path === '/cut')
          response.writeHead(200, { 'Content-Length': '1000' }).write(heard, () => void response.destroy())
        else
          response
            .writeHead(Number(path!.slice(1)), { 'Retry-After': '1', Link: `<${request.url}>; rel="next"` })
            .end(heard)
      }
      void answer()
    })
  }

  const reference = { command: `printf '%s' '${canary}'` }
  it.each<[string, object]>([
    ['basic', { kind: 'basic', user: 'me', password: reference }],
    ['bearer', { kind: 'bearer', token: reference }],
    ['api-key in a header', { kind: 'api-key', name: 'X-Key', value: reference }],
    ['api-key in the address', { kind: 'api-key', name: 'key', value: reference, in: 'query' }],
    ['cookie', { kind: 'cookie', jar: 'jar' }],
    [
      'oauth2',
      { kind: 'oauth2', client_id: 'me', client_secret: reference, grant: 'password', user: 'me', password: reference },
    ],
    [
      'oauth2 with a refresh token',
      {
        kind: 'oauth2',
        client_id: 'me',
        client_secret: reference,
        client_auth: 'body',
        refresh_token: { file: 'refresh' },
      },
    ],
  ])('%s', async (_, auth) => {
    const base = await echo(await echo())
    const written = auth as { kind: string; token_url?: string }
    if (written.kind === 'oauth2') written.token_url = `${base}/token`
    // Node sends header values as latin1, so a key outside of ASCII is no value for a header: that is an error, too.
    for (const path of ['200', '400', '401', '403', '404', '429', '500', '503', 'away', 'twice', 'cut', '302', '999']) {
      const options = { auth, folder: withFiles({ jar, refresh: canary }), on: { '404': 'skip' }, retry: { tries: 2 } }
      const { client, said } = testClient(base, options)
      const answer = await client.request(get(`${base}/${path}?a=b`), readText).then(
        ({ url, headers, value }) => [url, client.redact(headers['link'] ?? ''), client.redact(value)],
        (error: unknown) => error,
      )
      expectNothing(answer, said)
      const again = await client.request(get(`${base}/400`), readText).catch((error: unknown) => error)
      expectNothing(again)
    }
  })

  it('not even a short key in an address, which is sent to no other host', async () => {
    const other = await guarded(() => true)
    const base = await serve((request, response) => {
      const url = request.url!
      if (url.startsWith('/away')) response.writeHead(302, { Location: `${other.base}${url}` }).end()
      else response.writeHead(200, { Link: `<${base}${url}&page=2>; rel="next"` }).end(url)
    })
    const auth = { kind: 'api-key', name: 'k', value: { command: 'echo xy' }, in: 'query' }
    const { client } = testClient(base, { auth })
    const { headers, value } = await client.request(get(`${base}/a?b=c`), readText)
    expect(client.redact(headers['link']!)).toBe(`<${base}/a?b=c&k=[secret]&page=2>; rel="next"`)
    expect(client.redact(value)).toBe('/a?b=c&k=[secret]')
    // As the next address is told back to us.
    expect((await client.request(get(`${base}/a?b=c&k=[secret]&page=2`), readText)).value).toBe('/a?b=c&page=2&k=xy')
    const away = await client.request(get(`${base}/away?b=c`), readText)
    expect(away.url).toBe(`${other.base}/away?b=c`)
    expect(other.seen.map(({ url }) => url)).toEqual(['/away?b=c'])
  })

  it('to another host, whatever it is', async () => {
    const other = await guarded(() => true)
    const base = await serve((request, response) => {
      const header = encodeURIComponent(request.headers.authorization ?? '')
      const path = request.url === '/echo' ? `/?got=${header}` : '/plain'
      response.writeHead(307, { Location: `${other.base}${path}` }).end()
    })
    const auth = { kind: 'basic', user: 'me', password: { command: `printf '%s' '${canary}'` } }
    const { client } = testClient(base, { auth })
    const headers = { 'X-Own': 'private', Accept: 'text/plain' }
    await client.request(get(`${base}/plain`, { headers }), readText)
    expect(other.seen[0]!.headers).toMatchObject({ accept: 'text/plain' })
    for (const name of ['authorization', 'cookie', 'x-own']) expect(other.seen[0]!.headers).not.toHaveProperty(name)
    const error = await client.request(get(`${base}/echo`), readText).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'http', message: expect.stringContaining('with a secret') as string })
    expect(other.seen).toHaveLength(1)
    expectNothing(error)
  })

  it('and a body that holds one is told', async () => {
    const base = await echo()
    const auth = { kind: 'bearer', token: { command: 'echo canary-8zXq9' } }
    const { client } = testClient(base, { auth })
    const { value } = await client.request(get(`${base}/200`), readText)
    expect(client.leaked(Buffer.from(value))).toBe(true)
    expect(client.leaked(Buffer.from('canary'))).toBe(false)
  })
})
