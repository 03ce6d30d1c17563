import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { Mirror } from '../mirror.ts'
import { openMirror } from '../open-mirror.ts'
import type { SearchHit } from './hit.ts'

type Parcels = Record<string, unknown>

/** A root with a dataset for each configuration, and its parcels by their days in March: items, or the text of the file. */
async function mirrorOf(
  datasets: Record<string, [config: string, parcels: Parcels]>,
  told: string[] = [],
): Promise<Mirror> {
  const root = temporaryFolder()
  for (const [name, [config, parcels]] of Object.entries(datasets)) {
    mkdirSync(join(root, name, 'data'), { recursive: true })
    writeFileSync(join(root, name, 'config.toml'), config)
    for (const [day, items] of Object.entries(parcels)) {
      const text = typeof items === 'string' ? items : JSON.stringify(items)
      writeFileSync(join(root, name, `data/2026-03-${day}T080000Z.json`), text)
    }
  }
  const mirror = await openMirror(root, { onProblem: (dataset, { message }) => told.push(`${dataset}: ${message}`) })
  onTestFinished(() => mirror.close())
  return mirror
}

const feed = (columns = 'time = "at", title = "title", text = "body", url = "link"'): string =>
  `[views.all]\nkey = "id"\nfeed = { ${columns} }\n`

async function all(hits: AsyncIterable<SearchHit>): Promise<SearchHit[]> {
  const found: SearchHit[] = []
  for await (const hit of hits) found.push(hit)
  return found
}

const keysOf = async (hits: AsyncIterable<SearchHit>): Promise<string[]> =>
  (await all(hits)).map(({ dataset, key }) => `${dataset} ${key}`)

describe('a search', () => {
  it('goes over all feeds, the newest first', async () => {
    const mirror = await mirrorOf({
      a: [
        feed(),
        {
          '01': [
            { id: 1, at: '2024-01-02T03:04:05Z', title: 'Kites' },
            { id: 2, at: '2024-01-01', body: 'a kite' },
          ],
        },
      ],
      b: [
        feed('time = "t", title = "title"'),
        {
          '01': [
            { id: 1, t: 1_704_164_646, title: 'kite' },
            { id: 2, title: 'Kite of no time' },
          ],
        },
      ],
      c: ['[views.all]\nkey = "id"\n', { '01': [{ id: 1, title: 'kite' }] }],
    })
    expect(await keysOf(mirror.search('kite'))).toEqual(['b 1', 'a 1', 'a 2', 'b 2'])
    expect(await keysOf(mirror.search('kite', { limit: 2 }))).toEqual(['b 1', 'a 1'])
    expect(await keysOf(mirror.search('kite', { datasets: ['a'] }))).toEqual(['a 1', 'a 2'])
    expect(await keysOf(mirror.search('kite', { since: '2024-01-02', until: '2024-01-02T03:04:05Z' }))).toEqual(['a 1'])
    expect(await keysOf(mirror.search('kite', { until: '2024-01-01' }))).toEqual(['a 2'])
    expect(await keysOf(mirror.search('bread'))).toEqual([])
    await expect(all(mirror.search('kite', { datasets: ['c'] }))).rejects.toMatchObject({
      code: 'config',
      message: 'there is nothing to search: no view of c has a feed',
    })
    await expect(all(mirror.search('""'))).rejects.toMatchObject({ code: 'usage' })
  })

  it('finds all of the words, in the title or the text, and tells where', async () => {
    const items = [
      { id: 1, at: '2024-01-02', title: 'Crème', body: 'and\n brûlée', link: 'https://example.com/1' },
      { id: 2, at: '2024-01-01', title: 'Crème', body: 'only' },
    ]
    const mirror = await mirrorOf({ a: [feed(), { '01': items, '02': items.slice(1) }] })
    expect(await all(mirror.search('brulee CREME'))).toEqual([
      {
        dataset: 'a',
        view: 'all',
        key: '1',
        time: new Date('2024-01-02T00:00:00Z'),
        title: 'Crème',
        text: 'and\n brûlée',
        url: 'https://example.com/1',
        absentSince: new Date('2026-03-02T08:00:00Z'),
        snippet: 'and brûlée',
        titleMarks: [[0, 5]],
        snippetMarks: [[4, 10]],
      },
    ])
    expect(await keysOf(mirror.search('"and brulee"'))).toEqual(['a 1'])
    expect(await keysOf(mirror.search('"creme and"'))).toEqual([])
  })

  it.each([
    ['"2024-01-02T03:04:05+01:00"', '2024-01-02T02:04:05.000Z'],
    ['"2024-01-02 03:04:05.678"', '2024-01-02T03:04:05.678Z'],
    ['"Tue, 02 Jan 2024 03:04:05 +0100"', '2024-01-02T02:04:05.000Z'],
    ['"Tue, 02 Jan 2024 03:04:05 GMT"', '2024-01-02T03:04:05.000Z'],
    ['"20240102T030405Z"', '2024-01-02T03:04:05.000Z'],
    ['"1704164645"', '2024-01-02T03:04:05.000Z'],
    ['1704164645.5', '2024-01-02T03:04:05.500Z'],
    ['1704164645000', '2024-01-02T03:04:05.000Z'],
    ['1704164645000000', '2024-01-02T03:04:05.000Z'],
    ['"soon"', undefined],
    ['null', undefined],
    ['[1]', undefined],
  ])('reads %s as a time', async (at, time) => {
    const mirror = await mirrorOf({
      a: [feed(), { '01': JSON.parse(`[{"id": 1, "at": ${at}, "title": "kite"}, {"id": 2, "at": null}]`) as unknown }],
    })
    expect((await all(mirror.search('kite'))).map((hit) => hit.time?.toISOString())).toEqual([time])
  })

  it('reads columns that are named, and of any type', async () => {
    const config = `${feed()}[views.all.columns]\nat = "when :: epoch"\ntitle = "names"\nbody = "n"\nlink = "u.v"\n`
    const items = [{ id: 1, when: 1_704_164_645, names: ['kite', 'bread'], n: 42, u: { v: 'x' } }]
    const mirror = await mirrorOf({ a: [config, { '01': items }] })
    expect(await all(mirror.search('kite 42'))).toMatchObject([
      { time: new Date('2024-01-02T03:04:05Z'), text: '42', url: 'x' },
    ])
  })

  it('looks through the texts in JSON as they read, and not as they are escaped', async () => {
    const lines = [
      String.raw`[{"id": 1, "at": 4, "body": ["L\u00fcgen", "say \"hi\",\nthen C:\\new a\/b"]},`,
      String.raw`{"id": 2, "at": 3, "body": "L\u00fcgen \"hi\"\nto all"}, {"id": 3, "at": 2, "body": {"a": ["no\tmore"]}},`,
      String.raw`{"id": 4, "at": 1, "body": 7}, {"id": 5, "at": 0, "body": null}]`,
    ]
    const mirror = await mirrorOf({ a: [feed('time = "at", text = "body"'), { '01': lines.join('\n') }] })
    expect(await keysOf(mirror.search('lügen'))).toEqual(['a 1', 'a 2'])
    expect(await keysOf(mirror.search(String.raw`C:\new a/b`))).toEqual(['a 1'])
    expect(await keysOf(mirror.search('"no more"'))).toEqual(['a 3'])
    expect(await keysOf(mirror.search('nthen'))).toEqual([])
    expect(await all(mirror.search('"to all"'))).toMatchObject([
      { text: 'Lügen "hi"\nto all', snippet: 'Lügen "hi" to all' },
    ])
    expect((await all(mirror.search('say'))).map(({ text }) => text)).toEqual([
      String.raw`["Lügen","say "hi", then C:\new a/b"]`,
    ])
  })

  it('tells of feeds that it cannot look through, and goes on', async () => {
    const told: string[] = []
    const mirror = await mirrorOf(
      {
        a: [feed(), { '01': [{ id: 1, title: 'kite' }] }],
        b: [feed(), { '01': [{ id: 1, at: '2024-01-01' }] }],
        c: [feed(), { '01': [] }],
        d: [feed(), { '01': [{ id: 1, at: '2024-01-01', title: 'kite' }] }],
      },
      told,
    )
    expect(await keysOf(mirror.search('kite'))).toEqual(['d 1'])
    expect(told).toEqual([
      'a: view all: there is no column for feed.time = "at"',
      'b: view all: there is no column for feed.title or feed.text that there is',
    ])
  })
})
