import { createHash } from 'node:crypto'
import type { Item } from '../item.ts'
import { type Call, count, type Route, shown } from './call.ts'
import { json, type Reply, text } from './reply.ts'

/**
 * Like Pinboard's API v1: the newest first, from `start` on, `results` of them, all unless told; XML unless `format=json`;
 * `todt` and `fromdt` on the time of saving. https://pinboard.in/api/
 */
export const pinboardRoutes: readonly Route[] = [
  { stream: 'pinboard.posts', pattern: 'GET /v1/posts/all', answer: answerPosts },
  { stream: 'pinboard.update', pattern: 'GET /v1/posts/update', answer: answerUpdate },
]

function answerPosts(call: Call): Reply {
  const { query } = call
  const from = Date.parse(query.get('fromdt') ?? '')
  const until = Date.parse(query.get('todt') ?? '')
  const tag = query.get('tag')
  const posts = call.listing.select({ by: 'saved_at', direction: 'desc' }).filter((item) => {
    const at = Date.parse(item.saved_at)
    return !(at < from) && !(at > until) && (tag === null || item.tags.includes(tag))
  })
  const start = count(call, 'start', 0)
  const page = posts.slice(start, start + count(call, 'results', posts.length))
  if (query.get('format') !== 'json')
    return text(200, 'text/xml; charset=utf-8', '<?xml version="1.0"?>\n<posts user="me"></posts>\n')
  return json(shown(call, page.map(postOf)))
}

function answerUpdate(call: Call): Reply {
  const newest = call.listing.select({ by: 'updated_at', direction: 'desc' })[0]
  return json({ update_time: newest?.updated_at ?? '' })
}

function postOf(item: Item): object {
  const href = item.link ?? item.url
  return {
    href: `${href}#${item.id}`,
    description: item.title,
    extended: item.body,
    meta: md5(`${item.title}\n${item.body}\n${item.tags.join(' ')}`),
    hash: md5(`${href}#${item.id}`),
    time: item.saved_at,
    shared: 'no',
    toread: item.list === 'reading' ? 'yes' : 'no',
    tags: item.tags.join(' '),
  }
}

function md5(words: string): string {
  return createHash('md5').update(words).digest('hex')
}
