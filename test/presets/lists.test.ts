import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { usualAuth } from '../simulator/service/auth-options.ts'
import { oracleOf } from '../simulator/service/oracle.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import { changedItems, expectNoSecret, expectRecords, liveOn, type PresetUse, usePreset } from './preset.fixture.ts'

const start = services()

type Row = Record<string, unknown>

interface Stream {
  /** The records of some items. */
  rows(items: readonly Item[]): Row[]
  /** What the second export holds: all that is listed, or at least what has changed in one of these ways. */
  second: 'all' | readonly ('created' | 'edited' | 'returned')[]
}

interface Case extends PresetUse {
  /** Of a list that happens to be empty. */
  firstWarning?: RegExp
  use(service: Service): Omit<PresetUse, 'template' | 'secrets'>
  streams: Record<string, Stream>
}

const each = (row: (item: Item) => Row) => (items: readonly Item[]) => items.map(row)
const idIn36 = ({ id }: Item) => id.toString(36)
const seconds = (stamp: string) => Date.parse(stamp) / 1000
const thing = { rows: each((item) => ({ id: idIn36(item), score: item.score })), second: 'all' } as const
const status = (second: Stream['second']): Stream => ({
  rows: each(({ id, body }) => ({ id: String(id), content: `<p>${body}</p>` })),
  second,
})
const lists = (row: (name: string) => Row) => (items: readonly Item[]) =>
  [...new Set(items.map(({ list }) => list))].map(row)

const cases: Omit<Case, 'changes'>[] = [
  {
    template: 'reddit',
    secrets: { 'reddit-client': 'reddit-secret-52ab91', 'reddit-refresh': 'reddit-refresh-0' },
    use: ({ url }) => ({
      changes: {
        'https://oauth.reddit.com': url,
        'token_url = "https://www.reddit.com': `token_url = "${url}`,
        'YOUR-APP-ID': 'reddit-client',
        'YOUR-NAME': 'me',
      },
    }),
    streams: { saved: thing, upvoted: thing, comments: thing, submitted: thing },
  },
  {
    template: 'hypothesis',
    secrets: { hypothesis: 'hypothesis-token-93fe' },
    use: ({ url }) => ({ changes: { 'https://api.hypothes.is': url, 'YOUR-NAME': 'me' } }),
    streams: {
      annotations: {
        rows: each((item) => ({ id: idIn36(item), text: item.body, tags: item.tags })),
        second: ['created', 'edited'],
      },
    },
  },
  {
    template: 'todoist',
    secrets: { todoist: 'todoist-token-b0a4' },
    use: ({ url }) => ({
      changes: { 'https://api.todoist.com': url },
      without: ['sections', 'labels', 'task_comments', 'project_comments'],
    }),
    streams: {
      tasks: {
        rows: each(({ id, title, body }) => ({ id: String(id), content: title, description: body })),
        second: 'all',
      },
      projects: { rows: lists((name) => ({ name })), second: 'all' },
    },
  },
  {
    template: 'pinboard',
    secrets: { pinboard: 'me:PINBOARD4D1E' },
    // Smaller pages, so that there are several.
    use: ({ url }) => ({ changes: { 'https://api.pinboard.in': url, 'size = 10000': 'size = 150' } }),
    streams: {
      posts: {
        rows: each(({ title, body, saved_at }) => ({ description: title, extended: body, time: saved_at })),
        second: 'all',
      },
    },
  },
  {
    template: 'lastfm',
    secrets: { lastfm: 'lastfmkey2b4c' },
    use: ({ url }) => ({ changes: { 'https://ws.audioscrobbler.com': url, 'YOUR-NAME': 'me' } }),
    streams: {
      scrobbles: {
        rows: each(({ title, created_at }) => ({
          name: title,
          date: { uts: String(seconds(created_at)), '#text': created_at },
        })),
        second: ['created'],
      },
    },
  },
  {
    template: 'mastodon',
    secrets: { mastodon: 'mastodon-token-4f17' },
    use: ({ url }) => ({ changes: { 'https://YOUR-SERVER.example': url, 'accounts/YOUR-ID/': 'accounts/1/' } }),
    streams: {
      statuses: status(['created']),
      bookmarks: status(['created', 'returned']),
      favourites: status(['created', 'returned']),
    },
  },
  {
    template: 'raindrop',
    secrets: { raindrop: 'raindrop-token-88d2' },
    use: ({ url }) => ({ changes: { 'https://api.raindrop.io': url }, without: ['inner_collections'] }),
    streams: {
      raindrops: { rows: each(({ id, title, body, tags }) => ({ _id: id, title, note: body, tags })), second: 'all' },
      collections: { rows: lists((title) => ({ title })), second: 'all' },
      trash: { rows: () => [], second: 'all' },
    },
    firstWarning: /^! it: trash: not one record came; .*\n$/,
  },
]

describe.each(cases)('the preset $template', ({ template, secrets, use, streams, firstWarning = /^$/ }) => {
  it('exports all that it promises, and in a second run what has changed', async () => {
    const service = await start({ auth: usualAuth })
    const preset = await usePreset({ template, secrets, ...use(service) })
    const oracle = oracleOf(service.account)
    const begin = service.account.now
    const said = [await preset.run()]
    const day = liveOn(service.account)
    said.push(await preset.run())
    expect(said).toMatchObject([
      { status: 0, stderr: expect.stringMatching(firstWarning) as string },
      { status: 0, stderr: '' },
    ])

    const [first, second] = await preset.parcels()
    for (const [name, { rows, second: promise }] of Object.entries(streams)) {
      expectRecords(first!.records[name], rows(oracle.shownAt(begin)))
      expect([first!.manifest.streams[name]!.complete, second!.manifest.streams[name]!.complete]).toEqual([true, true])
      if (promise === 'all') expectRecords(second!.records[name], rows(oracle.shownAt(day.to)))
      else {
        const changed = changedItems(service.account, day, promise)
        expect(changed.length).toBeGreaterThan(7)
        expectRecords(second!.records[name], rows(changed), 'at least')
        expect(second!.records[name]!.length).toBeLessThan(first!.records[name]!.length / 2)
      }
    }
    expect(Object.keys(first!.records).sort()).toEqual(Object.keys(streams).sort())
    expectNoSecret(preset, said, Object.values(secrets))
  })
})
