import type { Item } from '../item.ts'
import { type Call, count, type Route, shown } from './call.ts'
import { json, problem, type Reply } from './reply.ts'

/**
 * Like Last.fm's `user.getRecentTracks`: the newest first, `limit` 50, at most 200, `page` from 1; every number is text in
 * `@attr`; each page begins with the track that plays now, without a date, when there is one (`nowplaying` in the query).
 * https://www.last.fm/api/show/user.getRecentTracks, https://lastfm-docs.github.io/api-docs/user/getRecentTracks
 */
export const lastfmRoutes: readonly Route[] = [{ stream: 'lastfm.recent', pattern: 'GET /2.0', answer: answerRecent }]

function answerRecent(call: Call): Reply {
  const { query } = call
  if (query.get('method')?.toLowerCase() !== 'user.getrecenttracks') return refuse(3, 'Invalid Method')
  const user = query.get('user')
  if (user === null) return refuse(6, 'Invalid parameters - Your request is missing a required parameter')
  if (query.get('format') !== 'json') return problem(400, 'only format=json is simulated')
  const from = Number(query.get('from') ?? 0)
  const to = Number(query.get('to') ?? Infinity)
  const tracks = call.listing
    .select({ by: 'created_at', direction: 'desc' })
    .filter((item) => secondsOf(item) > from && secondsOf(item) < to)
  const perPage = Math.max(1, count(call, 'limit', 50, 200))
  const page = Math.max(1, count(call, 'page', 1))
  const shownTracks = tracks.slice((page - 1) * perPage, page * perPage).map(trackOf)
  const playing = query.has('nowplaying')
    ? [{ name: 'Now', artist: { '#text': 'Nobody' }, '@attr': { nowplaying: 'true' } }]
    : []
  return json({
    recenttracks: {
      track: shown(call, [...playing, ...shownTracks]),
      '@attr': {
        user,
        totalPages: String(Math.ceil(tracks.length / perPage)),
        page: String(page),
        perPage: String(perPage),
        total: String(tracks.length),
      },
    },
  })
}

function refuse(error: number, message: string): Reply {
  return json({ error, message }, {}, 400)
}

function secondsOf(item: Item): number {
  return Date.parse(item.created_at) / 1000
}

function trackOf(item: Item): object {
  return {
    artist: { mbid: '', '#text': item.author.name },
    streamable: '0',
    mbid: '',
    name: item.title,
    album: { mbid: '', '#text': item.list },
    url: item.url,
    date: { uts: String(secondsOf(item)), '#text': item.created_at },
  }
}
