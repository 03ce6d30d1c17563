import type { RestClient } from './client.ts'
import type { RestConfig } from './config.ts'
import type { ExchangeRequest } from './exchanges.ts'
import { type Group, childGroups } from './groups.ts'
import { readJson } from './json-body.ts'
import { type PageAnswer, pagesOf } from './pages.ts'
import { itemsAt } from '../../system/item-path.ts'
import { exactly, recordHash } from './record-hash.ts'
import type { StreamConfig } from './stream.ts'

/** What a server shows of a stream now. Nothing of it is kept. */
export interface Look {
  /** Asks for everything: without a cursor, and not stopping at what is known. */
  pages(): AsyncGenerator<ShownPage>
  /** Once all pages were got: a record that was not among them is not on the server any more. */
  readonly isWhole: boolean
}

interface ShownPage {
  group: Group
  items: unknown[]
  /** Of each item: see `recordHash`. */
  hashes: string[]
}

type Shown = { line: { for: Group }; items: unknown[]; exact: unknown }

export function openLook(config: RestConfig, stream: StreamConfig, client: RestClient): Look {
  // Of a window, the older records are there and not shown.
  let isWhole = stream.window === undefined && stream.format === 'json'

  const ask = async (request: ExchangeRequest): Promise<PageAnswer & { exact: unknown }> => {
    const { method, url, headers, body, on } = request
    const answer = await client.request({ method, url, headers, body, on }, async (bytes, { status }) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      if (request.format !== 'json' || status < 200 || status >= 300) return { body: undefined, exact: undefined }
      const { value, text } = readJson(chunks, status, request)
      return { body: value, exact: exactly(text, value) }
    })
    const { outcome, status, headers: got, value } = answer
    return { line: { status, headers: got, ...(outcome === 'ok' ? {} : { outcome }) }, ...value }
  }

  async function* pagesOfGroup(asked: StreamConfig, group: Group): AsyncGenerator<Shown> {
    const pages = pagesOf(asked, { base: config.base, group, from: asked.cursor?.start }, ask)
    for (;;) {
      const next = await pages.next()
      if (next.done === true) {
        isWhole &&= next.value.complete || isGone(config, asked, next.value.skipped)
        return
      }
      const { answer, items } = next.value
      yield { line: { for: group }, items, exact: answer.exact }
    }
  }

  async function* pagesOfStream(asked: StreamConfig): AsyncGenerator<Shown> {
    const parent = config.streams.find(({ name }) => name === asked.each?.stream)
    if (parent === undefined) yield* pagesOfGroup(asked, {})
    else for await (const group of childGroups(asked, pagesOfStream(parent))) yield* pagesOfGroup(asked, group)
  }

  return {
    async *pages() {
      for await (const { line, items, exact } of pagesOfStream(stream)) {
        const alike = items.length === 0 ? [] : itemsAt(stream.items, exact).items
        yield { group: line.for, items, hashes: alike.map(recordHash) }
      }
    },
    get isWhole() {
      return isWhole
    },
  }
}

/** A child whose address says that it is gone has no records; any other status that is passed over says nothing. */
function isGone({ drain }: RestConfig, { each }: StreamConfig, status: number | undefined): boolean {
  return each !== undefined && status !== undefined && drain?.gone.includes(status) === true
}
