import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { readSecret } from '../../src/config/secrets.ts'
import { systemFiles } from '../../src/system/files.ts'
import { systemHttp } from '../../src/system/http.ts'
import { onConfig } from '../../src/source/rest/answer.ts'
import { type Auth, authConfig, openAuth } from '../../src/source/rest/auth.ts'
import type { AuthTools } from '../../src/source/rest/auth/credential.ts'
import { type RestClient, type RestRequest, openClient } from '../../src/source/rest/client.ts'
import { limitsConfig, retryConfig } from '../../src/source/rest/limits.ts'

/** Starts an HTTP server on loopback for one test. @returns Its address, without a slash at the end. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface TestClient {
  client: RestClient
  auth: Auth
  clock: FakeClock
  /** What was said on the way. */
  said: string[]
  folder: string
  abort: AbortController
}

/** A client of a server, with the configuration as it is written; waits take no time. */
export function testClient(
  base: string,
  written: {
    auth?: unknown
    limits?: object
    retry?: object
    on?: object
    hosts?: string[]
    folder?: string
    tools?: Partial<AuthTools>
    /** Longest silence: the least that a configuration can say is a second. */
    timeoutMs?: number
    abort?: AbortController
    say?: () => Promise<void>
  } = {},
): TestClient {
  const folder = written.folder ?? temporaryFolder()
  const clock = new FakeClock('2026-03-01T12:00:00Z')
  const abort = written.abort ?? new AbortController()
  const said: string[] = []
  const shared = { http: systemHttp, clock, signal: abort.signal }
  const auth = openAuth(written.auth === undefined ? undefined : authConfig.parse(written.auth), {
    ...shared,
    folder,
    files: systemFiles,
    readSecret: (name, reference) => readSecret(systemFiles, name, reference, folder),
    ...written.tools,
  })
  const config = {
    base,
    hosts: written.hosts ?? [],
    limits: { ...limitsConfig.parse(written.limits ?? {}), timeout: written.timeoutMs ?? 10_000 },
    retry: retryConfig.parse(written.retry ?? {}),
    on: onConfig.parse(written.on ?? {}),
  }
  const say = (message: string): void | Promise<void> => {
    said.push(message)
    return written.say?.()
  }
  const client = openClient(config, { ...shared, auth, random: () => 1, say })
  return { client, auth, clock, said, folder, abort }
}

export function get(url: string, more: Partial<RestRequest> = {}): RestRequest {
  return { method: 'GET', url, headers: {}, ...more }
}

export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
