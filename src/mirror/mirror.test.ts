import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { createAccount } from '../../test/simulator/account.ts'
import { timesEvery } from '../../test/simulator/snapshot.ts'
import { truthOf } from '../../test/simulator/truth.ts'
import { full } from '../../test/simulator/view.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../parcel/id.ts'
import type { InvalidItem, ValidItem } from './item.ts'
import type { Mirror } from './mirror.ts'
import { type AnyViews, type MirrorOptions, openMirror } from './open-mirror.ts'
import type { StandardSchema } from '../system/standard-schema.ts'

interface TestRoot {
  path: string
  write(path: string, text: string): void
  open<Views extends object = AnyViews>(options?: MirrorOptions): Promise<Mirror<Views>>
}

const config = '[views.saved]\nitems = "saved[*]"\nkey = "id"\nignore = ["clicks"]\n'
const monday = {
  saved: [
    { id: 1, title: 'Bread', clicks: 3 },
    { id: 2, title: 'Kites', clicks: 1 },
  ],
}
const tuesday = {
  saved: [
    { id: 1, title: 'Bread', clicks: 9 },
    { id: 2, title: 'Box kites', clicks: 1 },
  ],
}
const wednesday = {
  saved: [
    { id: 2, title: 'Box kites', clicks: 4 },
    { id: 3, title: 'Rye', clicks: 0 },
  ],
}

function emptyRoot(): TestRoot {
  const path = temporaryFolder()
  return {
    path,
    write(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
    },
    async open<Views extends object>(options?: MirrorOptions) {
      const mirror = await openMirror<Views>(path, options)
      onTestFinished(() => mirror.close())
      return mirror
    },
  }
}

/** Bookmarks as they were on three days. */
function bookmarks(): TestRoot {
  const root = emptyRoot()
  root.write('bookmarks/config.toml', config)
  for (const [day, items] of Object.entries({ '02': monday, '03': tuesday, '04': wednesday })) {
    root.write(`bookmarks/data/2026-03-${day}T080000Z.json`, JSON.stringify(items))
  }
  return root
}

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rows) found.push(row)
  return found
}

const at = (day: string): Date => new Date(`2026-03-${day}T08:00:00Z`)
const byKey = <Item extends { key: string }>(items: Item[]): Item[] => items.sort((a, b) => (a.key < b.key ? -1 : 1))

describe('the items of a view', () => {
  it('are what they are now, with what is known of them', async () => {
    const mirror = await bookmarks().open()
    const view = mirror.dataset('bookmarks').view('saved')
    expect(byKey(await all(view.items()))).toEqual([
      {
        ok: true,
        key: '2',
        value: { id: 2, title: 'Box kites', clicks: 4 },
        meta: {
          firstSeen: at('02'),
          lastSeen: at('04'),
          absentSince: undefined,
          versions: 2,
          parcel: '2026-03-04T080000Z',
        },
      },
      {
        ok: true,
        key: '3',
        value: { id: 3, title: 'Rye', clicks: 0 },
        meta: {
          firstSeen: at('04'),
          lastSeen: at('04'),
          absentSince: undefined,
          versions: 1,
          parcel: '2026-03-04T080000Z',
        },
      },
    ])
    const [bread] = byKey(await all(view.items(undefined, { includeAbsent: true })))
    expect(bread).toMatchObject({ value: { id: 1, clicks: 9 }, meta: { absentSince: at('04') } })
  })

  it('are what they were then', async () => {
    const mirror = await bookmarks().open()
    const view = mirror.dataset('bookmarks').view('saved')
    for (const asOf of ['2026-03-02', new Date('2026-03-02T12:00:00Z')]) {
      const items = byKey(await all(view.items(undefined, { asOf })))
      expect(items.map(({ value }) => value)).toEqual(monday.saved)
    }
    expect(await all(view.items(undefined, { asOf: '2025-01-01' }))).toEqual([])
  })

  it('follow what comes, but for a mirror that does not update', async () => {
    const root = bookmarks()
    const still = await root.open({ update: false })
    const view = still.dataset('bookmarks').view('saved')
    await expect(all(view.items())).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('unsilo items bookmarks/saved') as string,
    })
    const mirror = await root.open()
    const live = mirror.dataset('bookmarks').view('saved')
    expect(await all(live.items())).toHaveLength(2)
    root.write('bookmarks/data/2026-03-05T080000Z.json', JSON.stringify({ saved: [{ id: 4 }] }))
    expect(await all(view.items())).toHaveLength(2)
    expect((await view.state()).parcels).toBe(3)
    expect(await all(still.query('SELECT count(*) AS n FROM bookmarks.saved'))).toEqual([{ n: 3 }])
    expect(await all(live.items())).toMatchObject([{ value: { id: 4 } }])
    expect((await view.state({ update: true })).parcels).toBe(4)
  })

  it('say that there is no history, where a question has made the tables without', async () => {
    const root = bookmarks()
    const mirror = await root.open()
    await all(mirror.query('SELECT count(*) FROM bookmarks.saved'))
    const still = await root.open({ update: false, onProblem: () => undefined })
    const view = still.dataset('bookmarks').view('saved')
    const missing = { code: 'not-found', message: 'the history of bookmarks/saved has not been made yet' }
    await expect(all(view.history('1'))).rejects.toMatchObject(missing)
    await expect(all(view.items())).rejects.toMatchObject(missing)
    expect(await all(still.query('SELECT count(*)::INT AS n FROM bookmarks.saved'))).toEqual([{ n: 3 }])
    expect(await all(view.errors())).toEqual([])
    const strict = await root.open({ update: false })
    await expect(all(strict.query('FROM bookmarks.saved_history'))).rejects.toThrow(missing.message)
    expect(await all(mirror.dataset('bookmarks').view('saved').history('1'))).toHaveLength(2)
    expect(await all(view.history('1'))).toHaveLength(2)
  })

  it('are checked by a schema of zod', async () => {
    const mirror = await bookmarks().open()
    const bookmark = z.object({
      id: z.number(),
      title: z
        .string()
        .regex(/kites/)
        .transform((title) => title.length),
    })
    const items = mirror.dataset('bookmarks').view('saved').items(bookmark)
    expectTypeOf(items).toEqualTypeOf<AsyncIterable<ValidItem<{ id: number; title: number }> | InvalidItem>>()
    expect(byKey(await all(items))).toMatchObject([
      { ok: true, key: '2', value: { id: 2, title: 9 } },
      { ok: false, key: '3', issues: [{ path: ['title'] }], raw: { id: 3, title: 'Rye', clicks: 0 } },
    ])
  })

  it('are checked by any other schema, which may take its time, and may throw', async () => {
    const mirror = await bookmarks().open()
    const odd: StandardSchema<string> = {
      '~standard': {
        version: 1,
        vendor: 'none',
        async validate(value) {
          await Promise.resolve()
          const { title, id } = value as { title: string; id: number }
          if (id === 1) throw new TypeError('one is too many')
          return id % 2 === 1 ? { value: title } : { issues: [{ message: 'is even' }] }
        },
      },
    }
    const items = mirror.dataset('bookmarks').view('saved').items(odd, { includeAbsent: true })
    expect(byKey(await all(items))).toMatchObject([
      { ok: false, issues: [{ message: 'the schema fails: TypeError: one is too many' }] },
      { ok: false, issues: [{ message: 'is even' }] },
      { ok: true, value: 'Rye' },
    ])
  })

  it('are the JSON that they are, digit by digit', async () => {
    const root = emptyRoot()
    root.write('odd/config.toml', '[views.all]\nkey = "id"\nignore = "seen"\n')
    const text =
      '{"id":9007199254740993,"t":"5","n":null,"in":{"a":[1,"2",12345678901234567890]},"seen":1,"":true,"_x":0.1}'
    root.write('odd/data/2026-03-01T080000Z.json', `[${text},{"id":1}]`)
    root.write(
      'odd/data/2026-03-02T080000Z.json',
      `[${text.replace('"seen":1', '"seen":9007199254740995')},{"id":1,"seen":2}]`,
    )
    const view = (await root.open()).dataset('odd').view('all')
    const exact = byKey(await all(view.items())).map(({ value }) => value)
    const value = {
      id: 9007199254740993n,
      t: '5',
      n: null,
      in: { a: [1, '2', 12345678901234567890n] },
      seen: 9007199254740995n,
      '': true,
      _x: 0.1,
    }
    // What is ignored appears without a new version.
    expect(exact).toEqual([{ id: 1, seen: 2 }, value])
    const rounded = byKey(await all(view.items(undefined, { bigint: false })))
    expect(rounded[1]!.value).toMatchObject({ id: 9007199254740992, in: { a: [1, '2', 12345678901234567000] } })
  })

  it('are those of an account, after years of changes and with what is ignored', async () => {
    const start = new Date('2024-01-01T00:00:00Z')
    const account = createAccount({ seed: 7, start, createdPerDay: 10, unsaveRate: 0.02 })
    const end = new Date('2024-03-01T00:00:00Z')
    account.advanceTo(end)
    const snapshots = truthOf(account).snapshots(full(), timesEvery(100 * 3_600_000, start, end))
    const root = emptyRoot()
    root.write('account/config.toml', '[views.saved]\nitems = "saved[*]"\nkey = "id"\nignore = ["score"]\n')
    for (const { at: time, items } of snapshots) {
      root.write(`account/data/${parcelIdAt(time)}.json`, JSON.stringify({ saved: items }))
    }
    const view = (await root.open()).dataset('account').view('saved')
    for (const { at: asOf, items } of [snapshots[5]!, snapshots.at(-1)!]) {
      const found = await all(view.items(undefined, { asOf }))
      const expected = items.map((item) => ({
        key: String(item.id),
        value: JSON.parse(JSON.stringify(item)) as unknown,
      }))
      expect(byKey(found.map(({ key, value }) => ({ key, value })))).toEqual(byKey(expected))
    }
  })

  it('are the first ones where those are picked, with what is preferred and ignored', async () => {
    const root = emptyRoot()
    root.write(
      'a/config.toml',
      '[views.b]\nkey = "id"\npick = "first"\nignore = ["stats.seen", "n"]\nprefer = { body = "latest" }\n',
    )
    root.write('a/data/2026-03-01T080000Z.json', '[{"id":1,"t":"old","body":"x","stats":{"seen":1,"on":true},"n":1}]')
    root.write('a/data/2026-03-02T080000Z.json', '[{"id":1,"t":"new","body":"y","stats":{"seen":2,"on":true},"n":2}]')
    const view = (await root.open()).dataset('a').view('b')
    expect(await all(view.items())).toMatchObject([
      { value: { id: 1, t: 'old', body: 'y', stats: { seen: 2, on: true }, n: 2 } },
    ])
  })

  it('show what is ignored with its latest value where columns are named', async () => {
    const root = emptyRoot()
    root.write(
      'a/config.toml',
      '[views.b]\nkey = "id"\nignore = "stats"\n[views.b.columns]\nseen = "stats.seen :: integer"\nat = "stats.at :: epoch"\n',
    )
    root.write('a/data/2026-03-01T080000Z.json', '[{"id":1,"stats":{"seen":"1","at":5}},{"id":2}]')
    root.write('a/data/2026-03-02T080000Z.json', '[{"id":1,"stats":{"seen":"2","at":6}},{"id":2}]')
    const view = (await root.open()).dataset('a').view('b')
    expect(byKey(await all(view.items())).map(({ value }) => value)).toEqual([
      { id: 1, stats: { seen: '2', at: 5 } },
      { id: 2 },
    ])
  })
})

describe('a view', () => {
  it('tells what became of an item', async () => {
    const mirror = await bookmarks().open()
    const view = mirror.dataset('bookmarks').view('saved')
    expect(await all(view.history('1'))).toEqual([
      {
        kind: 'new',
        time: at('02'),
        parcel: '2026-03-02T080000Z',
        version: 1,
        changed: [],
        item: { ok: true, value: monday.saved[0] },
      },
      { kind: 'absent', time: at('04'), parcel: '2026-03-04T080000Z', version: 1, changed: [], item: undefined },
    ])
    const events = await all(view.history('2', z.object({ title: z.literal('Kites') })))
    expect(events).toMatchObject([
      { kind: 'new', item: { ok: true } },
      { kind: 'changed', version: 2, changed: ['title'], item: { ok: false, raw: { title: 'Box kites' } } },
    ])
    await expect(all(view.history('nobody'))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('tells what could not be read, and its state', async () => {
    const root = bookmarks()
    root.write('bookmarks/data/2026-03-05T080000Z.json', '{"saved": [{"title": "no key"}, {"id": 5}]}')
    const view = (await root.open()).dataset('bookmarks').view('saved')
    expect(await all(view.errors())).toMatchObject([{ parcel: '2026-03-05T080000Z', file: '', path: 'item 1' }])
    expect(await view.state()).toMatchObject({ items: 4, errors: 1, from: '2026-03-02T080000Z' })
  })
})

describe('a mirror', () => {
  it('names what it has, and what is near to what it has not', async () => {
    const root = bookmarks()
    root.write('broken/config.toml', 'keep = "5"\n')
    const mirror = await root.open()
    expect(mirror.datasets().map(({ name }) => name)).toEqual(['bookmarks'])
    expect(
      mirror
        .datasets()[0]!
        .views()
        .map(({ dataset, name }) => `${dataset}/${name}`),
    ).toEqual(['bookmarks/saved'])
    expect(mirror.problems).toEqual([expect.stringMatching(/^broken\/config.toml:1.*keep/)])
    expect(() => mirror.dataset('bookmark')).toThrow(
      expect.objectContaining({ code: 'not-found', hint: 'Did you mean "bookmarks"?' }),
    )
    expect(() => mirror.dataset('broken')).toThrow(expect.objectContaining({ code: 'config' }))
    expect(() => mirror.dataset('bookmarks').view('save')).toThrow(expect.objectContaining({ code: 'not-found' }))
    root.write('later/config.toml', '')
    expect(() => mirror.dataset('later')).toThrow('was not there when the mirror was opened')
    await expect(openMirror(join(root.path, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' })
    root.write('unsilo.toml', 'nonsense = 1\n')
    await expect(root.open()).rejects.toMatchObject({ code: 'config' })
  })

  it('answers in SQL, with values of JavaScript', async () => {
    const mirror = await bookmarks().open()
    const rows = mirror.query<{ id: number; title: string; _absent_since: Date | null }>(
      'SELECT id, title, _absent_since FROM bookmarks.saved ORDER BY id',
    )
    expect(await all(rows)).toEqual([
      { id: 1, title: 'Bread', _absent_since: at('04') },
      { id: 2, title: 'Box kites', _absent_since: null },
      { id: 3, title: 'Rye', _absent_since: null },
    ])
    const [row] = await all(
      mirror.query(`SELECT count(*) AS n, 9007199254740993 AS big, sum(9007199254740993) AS sum, 1.50 AS decimal,
        1.5::DECIMAL(30, 2) AS wide, TIMESTAMP '2026-03-01 06:00:00.123456' AS at, TIMESTAMPTZ '2026-03-01 06:00:00+02' AS zoned,
        DATE '2026-03-01' AS day, TIME '06:00' AS time, TIMESTAMP 'infinity' AS never, [1, NULL] AS list, {'a': {'b': 2::BIGINT}} AS struct,
        MAP {'k': 1} AS map, 'x'::BLOB AS bytes, '{"a":9007199254740993}'::JSON AS json, INTERVAL 2 DAY AS two, 1::DOUBLE AS one, true AS yes,
        1 AS same, 2 AS same FROM bookmarks.saved`),
    )
    expect(row).toEqual({
      n: 3,
      big: 9007199254740993n,
      sum: 3n * 9007199254740993n,
      decimal: 1.5,
      wide: '1.50',
      at: new Date('2026-03-01T06:00:00.123Z'),
      zoned: new Date('2026-03-01T04:00:00Z'),
      day: '2026-03-01',
      time: '06:00:00',
      never: 'infinity',
      list: [1, null],
      struct: { a: { b: 2 } },
      map: new Map([['k', 1]]),
      bytes: new Uint8Array([120]),
      json: { a: 9007199254740993n },
      two: '2 days',
      one: 1,
      yes: true,
      same: 1,
      'same:1': 2,
    })
    await expect(all(mirror.query('FROM bookmarks.nothing'))).rejects.toMatchObject({ code: 'query' })
  })

  it('can be read several times at once, and left in the middle', async () => {
    const root = emptyRoot()
    root.write('many/config.toml', '[views.all]\nkey = "id"\n')
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id, text: 'x'.repeat(100) }))
    root.write('many/data/2026-03-01T080000Z.json', JSON.stringify(items))
    const mirror = await root.open()
    const view = mirror.dataset('many').view('all')
    const counts = await Promise.all([
      all(view.items()).then((found) => found.length),
      all(mirror.query('FROM many.all')).then((found) => found.length),
      (async () => {
        for await (const { ok } of view.items()) if (ok) return 1
        return 0
      })(),
    ])
    expect(counts).toEqual([10_000, 10_000, 1])
    const [one, other] = [view.items()[Symbol.asyncIterator](), view.items()[Symbol.asyncIterator]()]
    for (let count = 0; count < 5000; count++) {
      expect(await Promise.all([one.next(), other.next()])).toMatchObject([
        { value: { ok: true } },
        { value: { ok: true } },
      ])
    }
    await one.return!()
    expect(await other.next()).toMatchObject({ done: false })
    await other.return!()
  })

  it('is broken off by a signal, and ends with close', async () => {
    const mirror = await bookmarks().open()
    const view = mirror.dataset('bookmarks').view('saved')
    const controller = new AbortController()
    const slow = mirror.query(
      'SELECT count(*) FROM range(1e9::BIGINT) a, range(1e9::BIGINT) b WHERE (a.range * b.range) % 7 = 8',
      {
        signal: controller.signal,
      },
    )
    const answer = all(slow)
    setTimeout(() => controller.abort(), 100)
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    const started = view.items()[Symbol.asyncIterator]()
    await started.next()
    await mirror.close()
    await expect(all(view.items())).rejects.toMatchObject({ code: 'usage', message: 'the mirror is closed' })
    await started.return!()
  })

  it('writes nothing but the cache', async () => {
    const root = bookmarks()
    const before = readdirSync(root.path, { recursive: true })
    const mirror = await root.open()
    await all(mirror.dataset('bookmarks').view('saved').items(undefined, { asOf: '2026-03-02' }))
    rmSync(join(root.path, 'bookmarks/.cache'), { recursive: true })
    expect(readdirSync(root.path, { recursive: true })).toEqual(before)
    expect(existsSync(join(root.path, 'unsilo.toml'))).toBe(false)
  })

  it('throws what cannot be used, or tells of it and goes on', async () => {
    const root = bookmarks()
    root.write('other/config.toml', '[views.broken]\nkey = "id"\n')
    root.write('other/.cache', 'a file where a folder should be')
    const strict = await root.open()
    await expect(all(strict.query('SHOW ALL TABLES'))).rejects.toThrow(/^other: view broken: /)
    expect(await all(strict.query('SELECT count(*) AS n FROM bookmarks.saved'))).toEqual([{ n: 3 }])
    const told: string[] = []
    const mirror = await root.open({ onProblem: (dataset, { message }) => told.push(`${dataset}: ${message}`) })
    expect(await all(mirror.query('SHOW ALL TABLES'))).toHaveLength(6)
    expect(told).toEqual([expect.stringMatching(/^other: view broken: /)])
  })
})
