import type { Item } from '../item.ts'
import { type Call, count, type Route, shown } from './call.ts'
import { json, type Reply } from './reply.ts'

/**
 * Like Raindrop.io's API v1: `page` from 0, `perpage` 25, at most 50; `sort` is `-created` unless told; collection 0 is all.
 * https://developer.raindrop.io/v1/raindrops/multiple
 */
export const raindropRoutes: readonly Route[] = [
  { stream: 'raindrop.raindrops', pattern: 'GET /rest/v1/raindrops/{collection}', answer: answerRaindrops },
  { stream: 'raindrop.collections', pattern: 'GET /rest/v1/collections', answer: answerCollections },
]

function answerRaindrops(call: Call): Reply {
  const collection = Number(call.params['collection'])
  const direction = call.query.get('sort') === 'created' ? 'asc' : 'desc'
  const names = collectionNames(call)
  const items = call.listing.select({
    by: 'created_at',
    direction,
    list: collection === 0 ? undefined : (names[collection - 1] ?? ''),
  })
  const perPage = Math.max(1, count(call, 'perpage', 25, 50))
  const page = count(call, 'page', 0)
  const raindrops = items.slice(page * perPage, (page + 1) * perPage).map((item) => raindropOf(item, names))
  return json({ result: true, items: shown(call, raindrops), count: items.length, collectionId: collection })
}

function answerCollections(call: Call): Reply {
  const collections = collectionNames(call).map((title, index) => ({ _id: index + 1, title }))
  return json({ result: true, items: shown(call, collections) })
}

function collectionNames(call: Call): string[] {
  return [...new Set(call.account.listed().map((item) => item.list))].sort()
}

function raindropOf(item: Item, names: readonly string[]): object {
  return {
    _id: item.id,
    link: item.link ?? item.url,
    title: item.title,
    excerpt: '',
    note: item.body,
    type: 'link',
    tags: item.tags,
    collection: { $ref: 'collections', $id: names.indexOf(item.list) + 1 },
    created: item.created_at.replace('Z', '.000Z'),
    lastUpdate: item.updated_at.replace('Z', '.000Z'),
  }
}
