import type { FileSink } from '../../system/files.ts'
import type { ParcelFolder } from '../source.ts'
import { bodyExtension } from './body-extension.ts'
import type { OnRules } from './answer.ts'
import type { RestClient } from './client.ts'
import { type ExchangeLine, journalLines, journalName, wholeBytes } from './journal.ts'
import { type JsonBody, noContent, readJson } from './json-body.ts'

export interface ExchangeRequest {
  stream: string
  page: number
  /** Fields of the parent records that it is made for. */
  for: Record<string, unknown>
  method: string
  url: string
  headers: Record<string, string>
  body?: string | undefined
  on: OnRules
  /** `json`: the answer must parse, and is looked into. */
  format: 'json' | 'any'
  /** A header of the answer that the next page is read from, beside those that are always kept. */
  keepHeader?: string | undefined
}

interface Exchange {
  line: ExchangeLine
  /** The body, parsed; `undefined` where it is not looked into, or was skipped. */
  body: unknown
  /** The body should be UTF-8, and is not. */
  isGarbled: boolean
}

/** The exchanges of one parcel: each is durable before the next one builds on it. */
export interface Exchanges {
  /** The answer that an earlier try has stored, or a new one. @param countOf Says how many records a body holds. */
  get(request: ExchangeRequest, countOf: (body: unknown) => number | undefined): Promise<Exchange>
  /** How many answers there are that could be used. */
  readonly usable: number
  /** How many of them an earlier try has left. */
  readonly resumed: number
  /** The server's clock when it was first asked; `undefined` when it did not tell. */
  readonly serverTime: Date | undefined
  close(): Promise<void>
}

/** Headers that paging, limits or a later check may need. The others are not kept: some hold secrets. */
const keptHeaders =
  /^(?:content-type|content-language|date|etag|last-modified|link|location|retry-after|x-next-page|x-page|x-per-page|x-total|x-total-count|x-total-pages|(?:x-)?rate-?limit.*)$/

/** Opens a staged parcel's journal. Bodies that a crash has left without a line are removed. */
export async function openExchanges(folder: ParcelFolder, client: RestClient): Promise<Exchanges> {
  const text = folder.readText(journalName) ?? ''
  const stored = new Map<string, string>()
  const bodies = new Set<string>()
  let last = 0
  let usable = 0
  let serverTime: Date | undefined
  for (const line of journalLines(text)) {
    stored.set(placeOf(line), JSON.stringify(line))
    bodies.add(line.body)
    last = Math.max(last, line.n)
    if (line.outcome === undefined) usable += 1
    serverTime ??= timeOf(line)
  }
  if (folder.readText(journalName) !== undefined) await folder.truncate(journalName, wholeBytes(text))
  for (const path of folder.paths()) {
    if (path.startsWith('bodies/') && !bodies.has(path)) await folder.remove(path)
  }
  const resumed = stored.size
  let journal: FileSink | undefined
  let appending = Promise.resolve()

  /** Lines are written one after another: two streams may get their answers at the same time. */
  const append = (line: ExchangeLine): Promise<void> => {
    appending = appending.then(async () => {
      journal ??= await folder.append(journalName)
      await journal.write(`${JSON.stringify(line)}\n`)
      await journal.sync()
    })
    return appending
  }

  const replay = async (line: ExchangeLine, request: ExchangeRequest): Promise<Exchange> => {
    if (line.outcome !== undefined || request.format === 'any') return exchangeOf(line)
    const chunks: Uint8Array[] = []
    for await (const chunk of folder.read(line.body)) chunks.push(chunk)
    return exchangeOf(line, readJson(chunks, line.status, request))
  }

  const send = async (request: ExchangeRequest, countOf: (body: unknown) => number | undefined): Promise<Exchange> => {
    const n = (last += 1)
    const { method, url, headers, body, on } = request
    const answer = await client.request({ method, url, headers, body, on }, async (bytes, { status, headers: got }) => {
      const isJson = request.format === 'json'
      const isRead = isJson && status >= 200 && status < 300
      const chunks: Uint8Array[] = []
      const path = `bodies/${String(n).padStart(6, '0')}.${bodyExtension(isRead && status !== noContent, got['content-type'])}`
      const watch = { leaks: false }
      const file = await folder.create(path, isJson ? collecting(bytes, chunks) : watching(bytes, client, watch))
      try {
        return {
          file,
          json: isRead ? readJson(chunks, status, request) : undefined,
          leaks: watch.leaks || leaks(client, chunks),
        }
      } catch (error) {
        await folder.remove(file.path)
        throw error
      }
    })
    const { file, leaks: isLeaking } = answer.value
    const isUsable = answer.outcome === 'ok'
    const items = isUsable ? countOf(answer.value.json?.value) : undefined
    const line: ExchangeLine = {
      n,
      stream: request.stream,
      page: request.page,
      ...(Object.keys(request.for).length === 0 ? {} : { for: request.for }),
      method,
      url: answer.url,
      at: answer.at.toISOString(),
      ms: answer.ms,
      status: answer.status,
      headers: keep(answer.headers, request.keepHeader, client),
      body: file.path,
      bytes: file.bytes,
      sha256: file.sha256,
      ...(items === undefined ? {} : { items }),
      ...(answer.outcome === 'ok' ? {} : { outcome: answer.outcome }),
      ...(isLeaking ? { leaks: true as const } : {}),
    }
    serverTime ??= timeOf(line)
    if (isUsable) usable += 1
    await append(line)
    return exchangeOf(line, isUsable ? answer.value.json : undefined)
  }

  return {
    async get(request, countOf) {
      const known = stored.get(placeOf(request))
      if (known === undefined) return send(request, countOf)
      stored.delete(placeOf(request))
      return replay(JSON.parse(known) as ExchangeLine, request)
    },
    get usable() {
      return usable
    },
    resumed,
    get serverTime() {
      return serverTime
    },
    async close() {
      await appending.catch(() => undefined)
      await journal?.close()
    },
  }
}

function exchangeOf(line: ExchangeLine, json?: JsonBody): Exchange {
  return { line, body: json?.value, isGarbled: json?.isUtf8 === false }
}

/** Tells one exchange of a parcel from another. */
function placeOf({ stream, page, for: group }: Pick<ExchangeLine, 'stream' | 'page' | 'for'>): string {
  return JSON.stringify([stream, group ?? {}, page])
}

/** The server's clock when it was asked, at the latest: the header is written after the data were read. */
function timeOf(line: ExchangeLine): Date | undefined {
  const time = Date.parse(line.headers['date'] ?? '')
  return Number.isNaN(time) ? undefined : new Date(time - line.ms)
}

async function* collecting(bytes: AsyncIterable<Uint8Array>, chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    chunks.push(chunk)
    yield chunk
  }
}

/** A secret may be cut by the border of two chunks; none is longer than this. */
const longestSecretBytes = 8 * 1024

async function* watching(
  bytes: AsyncIterable<Uint8Array>,
  client: RestClient,
  watch: { leaks: boolean },
): AsyncGenerator<Uint8Array> {
  let last = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const view = Buffer.concat([last, chunk])
    watch.leaks ||= client.leaked(view)
    last = view.subarray(-longestSecretBytes)
    yield chunk
  }
}

function leaks(client: RestClient, chunks: readonly Uint8Array[]): boolean {
  return chunks.length > 0 && client.leaked(Buffer.concat(chunks))
}

function keep(
  headers: Readonly<Record<string, string>>,
  wanted: string | undefined,
  client: RestClient,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => keptHeaders.test(name) || name === wanted?.toLowerCase())
  return Object.fromEntries(kept.map(([name, value]) => [name, client.redact(value)]))
}
