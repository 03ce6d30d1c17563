import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../simulator/service/auth-options.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const start = services()
const canary = 'canary7/zX+q9&Wv'
const plain = 'canary7/zX+q9Wv'

interface Way {
  name: string
  asks: AuthOptions
  secret: string
  /** @param secrets The folder in which the files `secret` and `client` are. */
  auth(secrets: string, service: Service): string
}

const file = (secrets: string): string => `{ file = "${secrets}/secret" }`
const ways: Way[] = [
  {
    name: 'basic',
    asks: { kind: 'basic', user: 'me', password: canary },
    secret: canary,
    auth: (secrets) => `{ kind = "basic", user = "me", password = ${file(secrets)} }`,
  },
  {
    name: 'bearer, of a command',
    asks: { kind: 'bearer', token: canary },
    secret: canary,
    auth: (secrets) => `{ kind = "bearer", token = { command = "cat ${secrets}/secret; sleep 0.2" } }`,
  },
  {
    name: 'api-key in a header',
    asks: { kind: 'api-key', name: 'X-Key', value: canary, in: 'header' },
    secret: canary,
    auth: (secrets) => `{ kind = "api-key", name = "X-Key", value = ${file(secrets)} }`,
  },
  {
    name: 'api-key in the address',
    asks: { kind: 'api-key', name: 'k', value: canary, in: 'query' },
    secret: canary,
    auth: (secrets) => `{ kind = "api-key", name = "k", value = ${file(secrets)}, in = "query" }`,
  },
  {
    name: 'cookie',
    asks: { kind: 'cookie', name: 'session', value: plain },
    secret: `127.0.0.1\tFALSE\t/\tFALSE\t2000000000\tsession\t${plain}`,
    auth: (secrets) => `{ kind = "cookie", jar = "${secrets}/secret" }`,
  },
  {
    name: 'oauth2',
    asks: {
      kind: 'oauth2',
      clientId: 'id',
      clientSecret: canary,
      refreshToken: plain,
      tokenRequests: 3,
      saysSeconds: null,
    },
    secret: plain,
    auth: (secrets, { url }) =>
      `{ kind = "oauth2", token_url = "${url}/oauth/token", client_id = "id", client_secret = { file = "${secrets}/client" }, refresh_token = ${file(secrets)} }`,
  },
]

/** Every way in which a secret may be written, and everything that the service has given out. */
function formsOf({ oauth }: Service): string[] {
  const secrets = [canary, plain, ...(oauth?.issued ?? [])]
  return secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...[secret, `me:${secret}`, `id:${encodeURIComponent(secret)}`].map((text) =>
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
    ),
  ])
}

function expectNone(text: string, place: string, service: Service): void {
  for (const form of formsOf(service)) expect(text.includes(form), `${form} in ${place}`).toBe(false)
}

function expectNoneInFiles(root: CliRoot, service: Service): number {
  const files = readdirSync(root.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name)
    expectNone(readFileSync(path, 'latin1'), path, service)
  }
  return files.length
}

/** What the process list shows of the tool and of all that it starts. */
function processList(parent: number): string {
  const told: string[] = []
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const above = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1])
      if (above !== parent && Number(id) !== parent) continue
      told.push(readFileSync(`/proc/${id}/cmdline`, 'latin1'), readFileSync(`/proc/${id}/environ`, 'latin1'))
      if (above === parent) told.push(processList(Number(id)))
    } catch {
      // It has ended meanwhile.
    }
  }
  return told.join('\n')
}

async function prepared(way: Way): Promise<{ service: Service; root: CliRoot }> {
  const service = await start({ auth: way.asks, account: { createdPerDay: 0.4 } })
  const secrets = join(temporaryFolder(), 'secrets')
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'secret'), `${way.secret}\n`)
  writeFileSync(join(secrets, 'client'), `${canary}\n`)
  const root = cliRoot()
  root.write(
    'data/config.toml',
    `interval = "1 second"
[source]
kind = "rest"
base = "${service.url}"
auth = ${way.auth(secrets, service)}
retry = { tries = 2, backoff = "1s..1s" }
[[source.streams]]
name = "good"
path = "/page/link"
page = { kind = "link" }
params = { per_page = 7 }
key = "id"
[[source.streams]]
name = "bad"
path = "/page/none"
`,
  )
  return { service, root }
}

describe.each(ways)('a secret of $name', (way) => {
  it('is in no file, message or process list, whatever the server says', async () => {
    const { service, root } = await prepared(way)
    const own = way.asks.kind === 'cookie' ? plain : canary
    const told = `${service.url}/x?k=${encodeURIComponent(own)}&t=${own}`
    service.plan([
      { match: '/page', times: 'always', fault: { kind: 'slow', pieces: 2, pauseMs: 20 } },
      // Says all that was sent: once as an error that is tried again, once as one for good.
      { match: '/page/link', from: 2, fault: { kind: 'echo', status: 500 } },
      { match: '/page/none', times: 'always', fault: { kind: 'echo', status: 403 } },
      {
        match: '/page/link',
        from: 3,
        times: 'always',
        fault: { kind: 'headers', headers: { location: told, 'x-ratelimit-policy': own, etag: `"${own}"` } },
      },
    ])
    const { child, ended } = root.start('run')
    let list = ''
    const timer = setInterval(() => (list += processList(child.pid!)), 15)
    const { status, stdout, stderr } = await ended
    clearInterval(timer)
    expect(stderr).toMatch(/bad is incomplete: GET .*\/page\/none.*: HTTP 403 Forbidden/)
    expect(status).toBe(1)
    expect(list).toContain('unsilo.js')
    expectNone(list, 'the process list', service)
    expectNone(stdout + stderr, 'what is printed', service)
    expect(expectNoneInFiles(root, service)).toBeGreaterThan(10)
    for (const verb of [
      ['config', 'show', 'data'],
      ['parcels', 'data', '--json'],
      ['log', 'data'],
      ['report', '--json'],
      ['why', 'data'],
    ]) {
      const shown = await root.cli(...verb)
      expectNone(shown.stdout + shown.stderr, verb.join(' '), service)
    }
  })

  it('that a good answer repeats is kept with it, and warned of', async () => {
    const { service, root } = await prepared(way)
    root.write(
      'data/config.toml',
      root.read('data/config.toml').replace('path = "/page/none"', 'path = "/page/none"\nformat = "any"'),
    )
    service.plan([{ match: '/page/none', times: 'always', fault: { kind: 'echo', status: 200 } }])
    const { stdout, stderr, status } = await root.cli('run')
    expect(status).toBe(0)
    expect(stderr).toContain('bad: the server repeats a secret in its answers')
    expectNone(stdout + stderr, 'what is printed', service)
    const [name] = root.names('data/data')
    const lines = root.read(`data/data/${name}/requests.ndjson`).trimEnd().split('\n')
    const leaking = lines.map((line) => JSON.parse(line) as { stream: string; leaks?: true; body: string })
    expect(leaking.filter(({ leaks }) => leaks === true).map(({ stream }) => stream)).toEqual(['bad'])
    expectNone(lines.join('\n'), 'the journal', service)
  })

  it('that is refused is not told', async () => {
    const { service, root } = await prepared(way)
    service.plan([{ times: 'always', fault: { kind: 'echo', status: 401 } }])
    const { stdout, stderr, status } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toMatch(/401|refuses/)
    expectNone(stdout + stderr, 'what is printed', service)
    expectNoneInFiles(root, service)
  })
})
