import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, freePort, hasFile, serverFolder, startServer } from './server-process.ts'

/** An OpenStack Swift of the test's own, on loopback: a real S3 store, by its s3api. */
export interface SwiftServer {
  port: number
  /** S3's, path style; its region is us-east-1. */
  endpoint: string
  /** Makes an empty bucket. */
  makeBucket(name: string, options?: BucketOptions): Promise<void>
  /** A line for each request so far, with its method, path and status. */
  requests(): string[]
  stop(): Promise<void>
  /** What takes requests and what writes files, as a crash would. */
  kill(): Promise<void>
  /** After `kill`: at the same port, with what was there. */
  restart(): Promise<void>
}

interface BucketOptions {
  /** It takes no file, and no part of a file, that is larger than what is left of this. */
  quotaBytes?: number
}

/** `tester` may do everything, `reader` list and read. */
export const swiftKeys = {
  tester: { id: 'test:tester', secret: 'testing' },
  reader: { id: 'test:reader', secret: 'reading' },
} as const

const storageParts = ['account', 'container', 'object'] as const
const parts = [...storageParts, 'proxy'] as const
type Part = (typeof parts)[number]

const program = (part: Part): string => `/usr/bin/swift-${part}-server`
const python = '/usr/bin/python3'
/** As swift-ring-builder does it, which would be started nine times. */
const makeRings = `
import sys
from swift.common.ring import RingBuilder
for name, port in (pair.split('=') for pair in sys.argv[1:]):
    builder = RingBuilder(6, 1, 1)
    device = {'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'disk', 'weight': 1}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(name + '.ring.gz')
`
const memcached = '/usr/bin/memcached'
export const hasSwift = hasFile(...parts.map(program), memcached, '/etc/swift/swift.conf')

/** How many files it tells at once: far fewer than the usual 1000, so that a few hundred are more than a page. */
export const swiftPageSize = 100

/** Five programs in Python: on a busy machine they take long to come up. */
export const swiftStartMs = 240_000

export async function startSwift(): Promise<SwiftServer> {
  const user = userInfo().username
  const { folder, run } = serverFolder(user)
  const file = (name: string): string => join(folder, name)
  const ports = { account: 0, container: 0, object: 0, proxy: 0, memcached: 0 }
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort()
  mkdirSync(file('node/disk'), { recursive: true })
  run([python, '-c', makeRings, ...storageParts.map((part) => `${part}=${ports[part]}`)])
  for (const part of parts) {
    const pipeline = part === 'proxy' ? proxyLines(ports.memcached) : storageLines(part, file('node'))
    const common = ['[DEFAULT]', 'bind_ip = 127.0.0.1', `bind_port = ${ports[part]}`, `swift_dir = ${folder}`]
    writeFileSync(file(`${part}.conf`), [...common, `user = ${user}`, 'workers = 0', ...pipeline, ''].join('\n'))
  }
  const endpoint = `http://127.0.0.1:${ports.proxy}`
  let said = ''
  const startPart = async (part: Part): Promise<ServerProcess> => {
    // Without `-v` they end at once where there is no /dev/log.
    const command = [program(part), file(`${part}.conf`), '-v']
    const server = await startServer(user, folder, command, () => isUp(`http://127.0.0.1:${ports[part]}/healthcheck`))
    if (part === 'proxy') server.child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    return server
  }
  const cache = ['-l', '127.0.0.1', '-p', String(ports.memcached), '-m', '16', '-u', user]
  const cacheServer = await startServer(user, folder, [memcached, ...cache], async () => true)
  const start = (names: readonly Part[]): Promise<ServerProcess[]> => Promise.all(names.map(startPart))
  // Those that bytes go through on their way to the disk.
  const crashing = ['object', 'proxy'] as const
  const [lasting, started] = await Promise.all([start(['account', 'container']), start(crashing)])
  let mortal = started
  const killAll = async (servers: readonly ServerProcess[]): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()))
  }
  return {
    port: ports.proxy,
    endpoint,
    async makeBucket(name, { quotaBytes } = {}) {
      const headers: Record<string, string> = {
        ...(await logIn(endpoint)),
        'X-Container-Read': 'test:reader,.rlistings',
      }
      if (quotaBytes !== undefined) headers['X-Container-Meta-Quota-Bytes'] = String(quotaBytes)
      // Parts of multipart uploads are kept beside the bucket.
      for (const container of [name, `${name}+segments`]) {
        const url = `${endpoint}/v1/AUTH_test/${container}`
        const { status } = await fetch(url, { method: 'PUT', headers })
        if (status >= 300) throw new Error(`the bucket ${name} was not made: HTTP ${status}`)
      }
    },
    requests: () => said.split('\n').filter((line) => line.startsWith('proxy-server: 127.0.0.1')),
    async stop() {
      const servers = [cacheServer, ...lasting, ...mortal]
      await killAll(servers)
      await Promise.all(servers.map((server) => server.stop('SIGKILL')))
    },
    kill: () => killAll(mortal),
    async restart() {
      mortal = await start(crashing)
    },
  }
}

function storageLines(part: Part, devices: string): string[] {
  return [
    `devices = ${devices}`,
    'mount_check = false',
    'disable_fallocate = true',
    '[pipeline:main]',
    `pipeline = healthcheck ${part}-server`,
    `[app:${part}-server]`,
    `use = egg:swift#${part}`,
    '[filter:healthcheck]',
    'use = egg:swift#healthcheck',
  ]
}

function proxyLines(cachePort: number): string[] {
  const { tester, reader } = swiftKeys
  const filters: Record<string, string[]> = {
    catch_errors: [],
    healthcheck: [],
    'proxy-logging': ['use = egg:swift#proxy_logging'],
    cache: ['use = egg:swift#memcache', `memcache_servers = 127.0.0.1:${cachePort}`],
    s3api: ['dns_compliant_bucket_names = true', 'location = us-east-1', `max_bucket_listing = ${swiftPageSize}`],
    tempauth: [`user_test_tester = ${tester.secret} .admin`, `user_test_reader = ${reader.secret}`],
    container_quotas: [],
    copy: [],
    slo: [],
    dlo: [],
    symlink: [],
    versioned_writes: [],
  }
  return [
    '[pipeline:main]',
    `pipeline = ${Object.keys(filters).join(' ')} proxy-server`,
    '[app:proxy-server]',
    'use = egg:swift#proxy',
    'account_autocreate = true',
    ...Object.entries(filters).flatMap(([name, lines]) => [
      `[filter:${name}]`,
      ...(lines[0]?.startsWith('use =') === true ? [] : [`use = egg:swift#${name}`]),
      ...lines,
    ]),
  ]
}

async function logIn(endpoint: string): Promise<{ 'X-Auth-Token': string }> {
  const { id, secret } = swiftKeys.tester
  const { headers } = await fetch(`${endpoint}/auth/v1.0`, { headers: { 'X-Auth-User': id, 'X-Auth-Key': secret } })
  return { 'X-Auth-Token': headers.get('X-Auth-Token') ?? '' }
}

function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
