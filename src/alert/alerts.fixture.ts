import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { readSecret } from '../config/secrets.ts'
import { systemFiles } from '../system/files.ts'
import { systemHttp } from '../system/http.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { UnsiloError } from '../errors.ts'
import { openChannel } from './all.ts'
import { attempt } from './attempt.ts'
import type { Delivery } from './channel.ts'
import { type AlertConfig, alertConfig } from './config.ts'
import type { AlertSurroundings } from './deliver.ts'
import type { Incident, Trouble } from './incident.ts'
import { type Message, messageOf } from './message.ts'

/** What a channel's configuration says, read as from `unsilo.toml`. */
export function configOf(values: object): AlertConfig {
  return alertConfig.parse(values)
}

export interface TestSurroundings extends AlertSurroundings {
  clock: FakeClock
  /** Writes a file below the root, and returns a reference to it. */
  secret(name: string, value: string): { file: string }
}

export function surroundings(more: Partial<AlertSurroundings> = {}): TestSurroundings {
  const root = temporaryFolder()
  return {
    root,
    host: 'laptop',
    files: systemFiles,
    random: () => 0,
    http: systemHttp,
    readSecret: (key, reference) => readSecret(systemFiles, key, reference, root),
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    ...more,
    clock: new FakeClock('2026-03-01T07:00:00Z'),
    secret(name, value) {
      const file = join(root, name)
      writeFileSync(file, value)
      return { file }
    },
  }
}

interface Received {
  method: string
  path: string
  headers: NodeJS.Dict<string | string[]>
  body: string
  json(): unknown
}

export interface Answer {
  status?: number
  body?: string
  headers?: Record<string, string>
  /** No answer comes at all. */
  silent?: boolean
}

export interface Sink {
  /** `http://127.0.0.1:PORT` */
  url: string
  received: Received[]
}

/** A web server that keeps what it gets. @param answers One for each request; the last one for all that follow. */
export async function openSink(...answers: Answer[]): Promise<Sink> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body,
        json: () => JSON.parse(body),
      })
      const { status = 200, body: said = 'ok', headers, silent } = answers[received.length - 1] ?? answers.at(-1) ?? {}
      if (silent !== true) response.writeHead(status, headers).end(said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

export function troubleOf(more: Partial<Trouble> = {}): Trouble {
  return {
    dataset: 'todoist',
    cause: 'late',
    severity: 'error',
    what: 'no good export for 3 days',
    since: new Date('2026-02-26T06:30:00Z'),
    why: 'HTTP 401 Unauthorized',
    next: 'Make a new token, then run `unsilo export todoist`.',
    evidence: ['5 exports failed since then'],
    ...more,
  }
}

const now = new Date('2026-03-01T07:00:00Z')

/** A message about troubles, as if they were seen for the first time. */
export function messageAbout(troubles: readonly Trouble[], more: Partial<Message> = {}): Message {
  const incidents = troubles.map((trouble, index): Incident => ({
    ...trouble,
    id: `0000000${index}`,
    opened: now,
    lastSent: {},
  }))
  const about = incidents.map(({ id }) => ({ id, kind: 'opened' as const }))
  const due = { channel: 'mail', kind: about.length === 1 ? ('opened' as const) : ('gathered' as const), about }
  const origin = { host: 'laptop', root: '/home/you/exports' }
  return { ...messageOf(due, { incidents, channels: {} }, origin, now), ...more }
}

/** Sends one message through a channel, once. */
export async function sendBy(
  values: object,
  message: Message = messageAbout([troubleOf()]),
  at: TestSurroundings = surroundings(),
): Promise<Delivery> {
  return attempt(() => openChannel('chat', configOf(values), at), message, at)
}

export function errorOf(delivery: Delivery): UnsiloError {
  if (delivery.ok) throw new Error(`delivered: ${delivery.said}`)
  return delivery.error
}
