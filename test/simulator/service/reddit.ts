import type { Item } from '../item.ts'
import { type Call, count, type Route, shown, told } from './call.ts'
import { indexAfter, placeOf, type Selection } from './listing.ts'
import { json, type Reply } from './reply.ts'

/**
 * Like Reddit's listings: `limit` 25, at most 100; `after` is the fullname of the last thing, null at the end; the newest
 * 1,000 only. https://www.reddit.com/dev/api/#listings, https://www.reddit.com/r/redditdev/wiki/api/faq
 */
export const redditRoutes: readonly Route[] = [
  { stream: 'reddit.listing', pattern: 'GET /user/{user}/{listing}', answer: answerListing },
]

const most = 1000

function answerListing(call: Call): Reply {
  const { query, account } = call
  const by = call.params['listing'] === 'submitted' ? 'created_at' : 'saved_at'
  const selection: Selection = { by, direction: 'desc', newest: most }
  const things = call.listing.select(selection)
  const sent = query.get('after')
  const last = sent === null ? undefined : account.valueOf(idOf(sent))
  // A thing that is gone has no place any more, and the listing ends there.
  const unknown = sent !== null && last === undefined
  const start = unknown ? things.length : last === undefined ? 0 : indexAfter(things, placeOf(last, by), selection)
  const page = things.slice(start, start + Math.max(1, count(call, 'limit', 25, 100)))
  const next = start + page.length < things.length ? fullnameOf(page.at(-1)!) : null
  return json({
    kind: 'Listing',
    data: {
      after: told(call, next, sent),
      dist: page.length,
      modhash: null,
      geo_filter: '',
      children: shown(call, page.map(thingOf)),
      before: null,
    },
  })
}

function kindOf(item: Item): 't1' | 't3' {
  return item.link === null ? 't1' : 't3'
}

function fullnameOf(item: Item): string {
  return `${kindOf(item)}_${item.id.toString(36)}`
}

function idOf(fullname: string): number {
  return Number.parseInt(fullname.slice(fullname.indexOf('_') + 1), 36)
}

function thingOf(item: Item): object {
  const kind = kindOf(item)
  const shared = {
    id: item.id.toString(36),
    name: fullnameOf(item),
    author: item.author.name,
    subreddit: 'simulated',
    score: item.score,
    saved: true,
    created_utc: Date.parse(item.created_at) / 1000,
    edited: item.updated_at === item.created_at ? false : Date.parse(item.updated_at) / 1000,
    permalink: `/r/simulated/comments/${item.id.toString(36)}/`,
  }
  const own =
    kind === 't1'
      ? { body: item.body, link_title: item.title }
      : { title: item.title, selftext: item.body, url: item.link }
  return { kind, data: { ...shared, ...own } }
}
