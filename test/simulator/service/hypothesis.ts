import type { Item } from '../item.ts'
import { type Call, count, type Route, shown } from './call.ts'
import { indexBeyond, type Selection } from './listing.ts'
import { json, type Reply } from './reply.ts'

/**
 * Like the search of Hypothes.is: `limit` 20, at most 200; `sort` is `updated` and `order` is `desc` unless told; `offset` at
 * most 9,800; what comes after `search_after` in the order, that value itself excluded, and with it all its ties.
 * https://h.readthedocs.io/en/latest/api-reference/v1/#tag/annotations/paths/~1search/get,
 * https://web.hypothes.is/blog/new-search-api-parameter-search_after/
 */
export const hypothesisRoutes: readonly Route[] = [
  { stream: 'hypothesis.search', pattern: 'GET /api/search', answer: answerSearch },
]

function answerSearch(call: Call): Reply {
  const { query } = call
  const limit = Number(query.get('limit') ?? 20)
  const offset = count(call, 'offset', 0)
  if (!(limit >= 0 && limit <= 200)) return refuse(`limit: ${limit} is greater than maximum value 200`)
  if (offset > 9800) return refuse(`offset: ${offset} is greater than maximum value 9800`)
  const by = query.get('sort') === 'created' ? 'created_at' : 'updated_at'
  const direction = query.get('order') === 'asc' ? 'asc' : 'desc'
  const selection: Selection = { by, direction }
  const all = call.listing.select(selection)
  const border = Date.parse(query.get('search_after') ?? '')
  const start = offset + (Number.isNaN(border) ? 0 : indexBeyond(all, border, selection))
  const rows = all.slice(start, start + limit)
  return json({ total: all.length, rows: shown(call, rows.map(annotationOf)) })
}

function refuse(reason: string): Reply {
  return json({ status: 'failure', reason }, {}, 400)
}

function annotationOf(item: Item): object {
  return {
    id: item.id.toString(36),
    created: withOffset(item.created_at),
    updated: withOffset(item.updated_at),
    user: `acct:${item.author.name}@hypothes.is`,
    uri: item.link ?? item.url,
    text: item.body,
    tags: item.tags,
    group: '__world__',
    document: { title: [item.title] },
    hidden: false,
    flagged: false,
  }
}

/** The service writes microseconds and an offset: 2019-01-03T19:46:09.334539+00:00. */
function withOffset(stamp: string): string {
  return stamp.replace('Z', '.000000+00:00')
}
