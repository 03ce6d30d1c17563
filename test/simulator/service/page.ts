import type { Item } from '../item.ts'
import { addressWith, type Call, commentsOf, count, type Route, shown, told } from './call.ts'
import { linkedPage } from './link.ts'
import { indexAfter, indexBeyond, type Place, placeOf, type Selection, type SortField } from './listing.ts'
import { json, problem, type Reply } from './reply.ts'
import { readToken, tokenAt } from './token.ts'

const usualSize = 30

/**
 * Every kind of pagination over the same items. All take `sort` (`id`, `created_at`, `updated_at`, `saved_at`), `direction`,
 * `since` (inclusive, on `updated_at`), `newest` and `list`, and `limit` (`per_page` where pages are linked).
 */
export const pageRoutes: readonly Route[] = [
  {
    stream: 'page.none',
    pattern: 'GET /page/none',
    answer: (call) => json(shown(call, itemsFor(call).map(withComments))),
  },
  { stream: 'page.link', pattern: 'GET /page/link', answer: answerLinked },
  { stream: 'page.next-url', pattern: 'GET /page/next-url', answer: answerNextUrl },
  { stream: 'page.after', pattern: 'GET /page/after', answer: answerAfter },
  { stream: 'page.cursor', pattern: 'GET /page/cursor', answer: answerCursor },
  { stream: 'page.header', pattern: 'GET /page/header', answer: answerHeader },
  { stream: 'page.number', pattern: 'GET /page/number', answer: answerNumber },
  { stream: 'page.offset', pattern: 'GET /page/offset', answer: answerOffset },
  { stream: 'page.last-item', pattern: 'GET /page/last-item', answer: answerLastItem },
  { stream: 'page.max-id', pattern: 'GET /page/max-id', answer: answerMaxId },
  { stream: 'page.comments', pattern: 'GET /items/{id}/comments', answer: answerComments },
]

function selectionOf({ query }: Call): Selection {
  const by = query.get('sort') as SortField | null
  const newest = query.get('newest')
  return {
    by: by ?? 'id',
    direction: query.get('direction') === 'desc' ? 'desc' : 'asc',
    since: query.get('since') ?? undefined,
    newest: newest === null ? undefined : Number(newest),
    list: query.get('list') ?? undefined,
  }
}

function itemsFor(call: Call): readonly Item[] {
  return call.listing.select(selectionOf(call))
}

function withComments(item: Item): object {
  return { ...item, comments: commentsOf(item).length }
}

/** The page after a place, and the place that it ends at; no place when it is the last one. */
function pageAfter(call: Call, place: Place | undefined): { items: object[]; next: Place | undefined } {
  const selection = selectionOf(call)
  const items = call.listing.select(selection)
  const start = place === undefined ? 0 : indexAfter(items, place, selection)
  const end = start + Math.max(1, count(call, 'limit', usualSize))
  const page = items.slice(start, end)
  return {
    items: page.map(withComments),
    next: end < items.length ? placeOf(page.at(-1)!, selection.by) : undefined,
  }
}

function answerLinked(call: Call): Reply {
  const { items, headers } = linkedPage(call, itemsFor(call), { usual: usualSize, most: 1000 })
  return json(shown(call, items.map(withComments)), headers)
}

/** `next` is a whole address; with `relative` in the query it has no origin. */
function answerNextUrl(call: Call): Reply {
  const { items, next } = pageAfter(call, readToken(call.query.get('page_token')))
  const here = addressWith(call, {})
  const url = next === undefined ? null : addressWith(call, { page_token: tokenAt(next) })
  const answered = told(call, url, here)
  const isRelative = call.query.has('relative')
  return json({
    items: shown(call, items),
    next: isRelative ? (answered?.slice(call.origin.length) ?? null) : answered,
  })
}

/** Reddit's way: `data.after`, null at the end. */
function answerAfter(call: Call): Reply {
  const sent = call.query.get('after')
  const { items, next } = pageAfter(call, readToken(sent))
  const after = told(call, next === undefined ? null : tokenAt(next), sent)
  return json({ data: { items: shown(call, items), after } })
}

function answerCursor(call: Call): Reply {
  const sent = call.query.get('cursor')
  const { items, next } = pageAfter(call, readToken(sent))
  const cursor = told(call, next === undefined ? null : tokenAt(next), sent)
  return json({ results: shown(call, items), next_cursor: cursor })
}

/** The header `x-continuation`, sent back as the parameter `continuation` or as the header itself. */
function answerHeader(call: Call): Reply {
  const sent = call.query.get('continuation') ?? call.headers['x-continuation']
  const { items, next } = pageAfter(call, readToken(sent))
  const token = told(call, next === undefined ? undefined : tokenAt(next), sent)
  return json(shown(call, items), token === undefined ? {} : { 'x-continuation': token })
}

/** `first` is the number of the first page; `tell` is what else the answer says: `total`, `more`, or nothing. */
function answerNumber(call: Call): Reply {
  const size = Math.max(1, count(call, 'limit', usualSize))
  const first = count(call, 'first', 1)
  const index = Math.max(0, count(call, 'page', first) - first)
  const items = itemsFor(call)
  const page = items.slice(index * size, (index + 1) * size).map(withComments)
  const tell = call.query.get('tell')
  const total = tell === 'total' ? { total_pages: Math.ceil(items.length / size) } : {}
  const more = tell === 'more' ? { more: (index + 1) * size < items.length } : {}
  return json({ items: shown(call, page), page: index + first, ...total, ...more })
}

function answerOffset(call: Call): Reply {
  const items = itemsFor(call)
  const offset = count(call, 'offset', 0)
  const page = items.slice(offset, offset + count(call, 'limit', usualSize)).map(withComments)
  return json({ items: shown(call, page), total: items.length })
}

/**
 * What has a `updated_at` after `search_after`; from it, with `inclusive` in the query. All that has the same second as the
 * last item of a page is passed over or shown again: the border that ties lie on.
 */
function answerLastItem(call: Call): Reply {
  const selection: Selection = { ...selectionOf(call), by: 'updated_at', direction: 'asc' }
  const items = call.listing.select(selection)
  const after = Date.parse(call.query.get('search_after') ?? '')
  const start = Number.isNaN(after) ? 0 : indexBeyond(items, after, selection, call.query.has('inclusive'))
  const page = items.slice(start, start + Math.max(1, count(call, 'limit', usualSize)))
  return json({ total: items.length, rows: shown(call, page.map(withComments)) })
}

/** The newest first, below the id `max_id`. */
function answerMaxId(call: Call): Reply {
  const selection: Selection = { ...selectionOf(call), by: 'id', direction: 'desc' }
  const items = call.listing.select(selection)
  const below = Number(call.query.get('max_id') ?? Infinity)
  const start = indexAfter(items, { value: below, id: below }, selection)
  const page = items.slice(start, start + Math.max(1, count(call, 'limit', usualSize)))
  return json(shown(call, page.map(withComments)))
}

function answerComments(call: Call): Reply {
  const item = call.account.valueOf(Number(call.params['id']))
  if (item === undefined) return problem(404, 'Not Found')
  return json({ comments: shown(call, commentsOf(item)) })
}
