import type { Item } from '../item.ts'
import { addressWith, type Call, count, type Route, shown } from './call.ts'
import { linkHeader } from './link.ts'
import { json, type Reply } from './reply.ts'

/**
 * Like Mastodon's lists: the newest first, `limit` 20, at most 40; a Link header with `max_id` and `min_id`. The ids in the
 * links of bookmarks and favourites are of the bookmark, not of the status: only the links lead on.
 * https://docs.joinmastodon.org/api/guidelines/#pagination, https://docs.joinmastodon.org/methods/bookmarks/
 */
export const mastodonRoutes: readonly Route[] = [
  {
    stream: 'mastodon.me',
    pattern: 'GET /api/v1/accounts/verify_credentials',
    answer: () => json({ id: '1', username: 'me' }),
  },
  { stream: 'mastodon.statuses', pattern: 'GET /api/v1/accounts/{id}/statuses', answer: (call) => answer(call, 'id') },
  { stream: 'mastodon.bookmarks', pattern: 'GET /api/v1/bookmarks', answer: (call) => answer(call, 'saved_at') },
  { stream: 'mastodon.favourites', pattern: 'GET /api/v1/favourites', answer: (call) => answer(call, 'saved_at') },
]

function answer(call: Call, by: 'id' | 'saved_at'): Reply {
  const { query } = call
  const keyOf = (item: Item): bigint => (by === 'id' ? BigInt(item.id) : bookmarkId(item))
  const all = call.listing.select({ by, direction: 'desc' })
  const max = bound(query.get('max_id'))
  const min = bound(query.get('min_id') ?? query.get('since_id'))
  const limit = Math.max(1, count(call, 'limit', 20, 40))
  const within = all.filter(
    (item) => (max === undefined || keyOf(item) < max) && (min === undefined || keyOf(item) > min),
  )
  // `min_id` gives the page right above it, `since_id` the newest one.
  const page = query.has('min_id') ? within.slice(-limit) : within.slice(0, limit)
  const [first, last] = [page[0], page.at(-1)]
  const isWhole = page.length === limit
  const here = addressWith(call, {})
  const headers = linkHeader({
    next: call.repeats ? here : last !== undefined && isWhole ? at(call, 'max_id', keyOf(last)) : undefined,
    prev: first === undefined ? undefined : at(call, 'min_id', keyOf(first)),
  })
  return json(shown(call, page.map(statusOf)), headers)
}

function at(call: Call, name: 'max_id' | 'min_id', id: bigint): string {
  return addressWith(call, { max_id: undefined, min_id: undefined, since_id: undefined, [name]: String(id) })
}

function bound(text: string | null): bigint | undefined {
  return text !== null && /^\d+$/.test(text) ? BigInt(text) : undefined
}

/** Grows with the time of saving. */
function bookmarkId(item: Item): bigint {
  return BigInt(Date.parse(item.saved_at) / 1000) * 1_000_000_000n + BigInt(item.id)
}

function statusOf(item: Item): object {
  return {
    id: String(item.id),
    created_at: item.created_at.replace('Z', '.000Z'),
    edited_at: item.updated_at === item.created_at ? null : item.updated_at.replace('Z', '.000Z'),
    content: `<p>${item.body}</p>`,
    url: item.url,
    favourites_count: item.score,
    tags: item.tags.map((name) => ({ name })),
    account: { id: String(item.author.id), acct: item.author.name },
  }
}
