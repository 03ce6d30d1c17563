import { openPager } from '../page.ts'
import type { RestClient } from '../client.ts'
import { keyOf } from '../key.ts'
import { requestFor } from '../request.ts'
import type { StreamConfig } from '../stream.ts'

/** A stream's first page, as it came. */
export interface Asked {
  /** After redirects, without secrets. */
  url: string
  outcome: 'ok' | 'skip' | 'end'
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  ms: number
  bytes: Uint8Array
  /** The answer was longer than what is looked into; it was broken off. */
  isCut: boolean
}

/** Longest answer to look into, in bytes: it is held in memory. */
const mostBytes = 64 * 1024 * 1024

/** Asks for the first page of a stream, or of one of its groups. @throws UnsiloError as the client does */
export async function askOnce(
  client: RestClient,
  base: string,
  stream: StreamConfig,
  group: Readonly<Record<string, unknown>>,
): Promise<Asked> {
  const keys = stream.key ?? []
  const pager = openPager(stream.page, { keyOf: (item) => keyOf(item, keys), hasKey: keys.length > 0 })
  const from = stream.cursor?.start
  const request = requestFor(stream, { base, group, from, page: 1, next: pager.first, previousUrl: undefined })
  const { method, url, headers, body, on } = request
  const answer = await client.request({ method, url, headers, body, on }, readStart)
  const { outcome, status, ms } = answer
  return { url: answer.url, outcome, status, headers: answer.headers, ms, ...answer.value }
}

async function readStart(body: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  let isCut = false
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.byteLength
    isCut = length > mostBytes
    if (isCut) break
  }
  return { bytes: Buffer.concat(chunks), isCut }
}
