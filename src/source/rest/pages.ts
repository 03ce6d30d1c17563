import type { ExchangeRequest } from './exchanges.ts'
import type { ExchangeLine } from './journal.ts'
import { noContent } from './json-body.ts'
import { keyOf } from './key.ts'
import { openPager, pageSizeOf } from './page.ts'
import { itemsAt } from '../../system/item-path.ts'
import { requestFor } from './request.ts'
import type { Params } from './stream-config.ts'
import type { StreamConfig } from './stream.ts'

/** What paging needs of an answer. */
export interface PageAnswer {
  line: Pick<ExchangeLine, 'status' | 'headers' | 'outcome'>
  /** The body, parsed; `undefined` where it is not looked into. */
  body: unknown
}

export interface StreamPage<Answer> {
  /** From 1. */
  page: number
  answer: Answer
  /** None where a rule passed over the answer. */
  items: unknown[]
}

export interface PagesEnd {
  why: string
  /** Everything that the server has to give was given. */
  complete: boolean
  /** That it is not complete is what the configuration wants. */
  isMeant?: true | undefined
  /** The status that a rule passed over, so that nothing can be said of what there is. */
  skipped?: number
}

export interface Asking {
  base: string
  /** Fields of the parent records. */
  group: Readonly<Record<string, unknown>>
  /** The cursor's value; `undefined` asks for everything. */
  from: string | undefined
}

/** Asks for the pages of one group of a stream, one after another. It asks for the next one only when that is wanted. */
export async function* pagesOf<Answer extends PageAnswer>(
  stream: StreamConfig,
  asking: Asking,
  ask: (request: ExchangeRequest) => Promise<Answer>,
): AsyncGenerator<StreamPage<Answer>, PagesEnd> {
  const keys = stream.key ?? []
  const pager = openPager(stream.page, {
    keyOf: (item) => keyOf(item, keys),
    hasKey: keys.length > 0,
    size: pageSize(stream),
  })
  let next = pager.first
  let previousUrl: string | undefined
  for (let page = 1; ; page++) {
    const request = requestFor(stream, { ...asking, page, next, previousUrl })
    const answer = await ask(request)
    const { line, body } = answer
    previousUrl = request.url
    const isLookedInto = line.outcome === undefined && line.status !== noContent && stream.format === 'json'
    const { found, items } = isLookedInto ? itemsAt(stream.items, body) : { found: 'items' as const, items: [] }
    yield { page, answer, items }
    if (line.outcome === 'skip')
      return { why: `skipped: status ${line.status}`, complete: false, isMeant: true, skipped: line.status }
    if (line.outcome === 'end') return { why: `status ${line.status}`, complete: true }
    const step = pager.after({ url: request.url, headers: line.headers, body, items, found })
    if ('end' in step) return { why: step.end, complete: step.complete, isMeant: step.isMeant }
    next = step.next
  }
}

/** How many records a full page has, if the configuration tells. */
export function pageSize(stream: StreamConfig): number | undefined {
  return pageSizeOf(stream.page, writtenParams(stream.params))
}

/** Parameters as they stand in the configuration. */
export function writtenParams(params: Params): Record<string, unknown> {
  const written = (value: Params[string]): unknown =>
    typeof value === 'object' && 'text' in value ? value.text : value
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, written(value)]))
}
