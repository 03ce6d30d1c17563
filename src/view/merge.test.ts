import { describe, expect, it } from 'vitest'
import type { ViewDefinition } from './definition.ts'
import type { BadItem } from './item.ts'
import { type TestMerged as Merged, TestLog, found, pathsOf, textOf, viewOf } from './view.fixture.ts'

const day = (number: number): Date => new Date(Date.UTC(2024, 0, number))
const idOf = (number: number): string =>
  day(number)
    .toISOString()
    .replaceAll(/:|\.\d+/g, '')

interface Shown {
  day: number
  items: readonly unknown[]
  errors?: BadItem[]
  isEvidence?: boolean
}

/** @param shown Items, or JSON texts, by the day of January. */
async function merged(shown: readonly Shown[], view: ViewDefinition = viewOf()): Promise<Merged> {
  const parcels = shown.map(({ day: number, items, errors = [], isEvidence = true }) => ({
    id: idOf(number),
    at: day(number),
    isEvidence,
    found: [...items.map(textOf).map(found), ...errors],
  }))
  const log = await new TestLog(view).read(parcels)
  return log.merged(log.merge(parcels))
}

const daily = (...lists: (readonly unknown[])[]): Shown[] => lists.map((items, index) => ({ day: index + 1, items }))
const jsonOf = ({ items }: Merged): string[] => items.map(({ json }) => Buffer.from(json).toString())
const absentSince = ({ items }: Merged) => Object.fromEntries(items.map((item) => [item.key, item.absentSince]))
const newestOf = (newest: number) => viewOf({ window: { newest, by: pathsOf('at')[0]! } })
const feed = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index, at: from + index }))

describe('an item that goes and comes back', () => {
  it('is in the history with all that happened to it', async () => {
    const { history, items } = await merged(
      daily([{ id: 1, n: 1 }], [], [], [{ id: 1, n: 1 }], [], [{ id: 1, n: 2, m: 3 }], [{ m: 3, n: 3, id: 1 }]),
    )
    expect(history.map(({ kind, version, parcel, changed }) => [kind, version, parcel, changed])).toEqual([
      ['new', 1, idOf(1), []],
      ['absent', 1, idOf(2), []],
      ['back', 1, idOf(4), []],
      ['absent', 1, idOf(5), []],
      ['back', 2, idOf(6), ['m', 'n']],
      ['changed', 3, idOf(7), ['n']],
    ])
    expect(items).toMatchObject([{ firstSeen: idOf(1), lastSeen: idOf(7), absentSince: undefined, versions: 3 }])
  })

  it('has its old value again as another version', async () => {
    const { items } = await merged(daily([{ id: 1, n: 1 }], [{ id: 1, n: 2 }], [{ id: 1, n: 1 }]))
    expect(items[0]!.versions).toBe(3)
  })

  it('has an absence with the parcel that it began in, once it is sure', async () => {
    const view = viewOf({ absent: { mark: true, parcels: 2, days: 2.5 } })
    const short = await merged(daily([{ id: 1 }], [], [], []), view)
    expect(absentSince(short)).toEqual({ 1: undefined })
    const long = await merged(daily([{ id: 1 }], [], [], [], []), view)
    expect(absentSince(long)).toEqual({ 1: idOf(2) })
    expect(long.history.at(-1)).toMatchObject({ kind: 'absent', parcel: idOf(2), at: day(2) })
  })

  it('begins anew after every sighting', async () => {
    const view = viewOf({ absent: { mark: true, parcels: 2, days: 0 } })
    const shown = [...daily([{ id: 1 }], []), { day: 3, items: [{ id: 1 }], isEvidence: false }, { day: 4, items: [] }]
    expect(absentSince(await merged(shown, view))).toEqual({ 1: undefined })
  })
})

describe('a parcel', () => {
  it('is no evidence of absence when it is not good and complete', async () => {
    const shown = [...daily([{ id: 1 }]), { day: 2, items: [], isEvidence: false }]
    expect(absentSince(await merged(shown))).toEqual({ 1: undefined })
  })

  it('is no evidence of absence when something in it could not be read', async () => {
    const errors = [{ problem: 'broken', file: 'a.json' }]
    const result = await merged([...daily([{ id: 1 }]), { day: 2, items: [{ id: 2 }, '{"id":'], errors }])
    expect(absentSince(result)).toEqual({ 1: undefined, 2: undefined })
    expect(result.errors).toEqual([
      { problem: 'ends too early', file: '', path: 'item 2', parcel: idOf(2) },
      { problem: 'broken', file: 'a.json', parcel: idOf(2) },
    ])
  })

  it('has an item without a key that hides only what was last seen before it', async () => {
    const nameless = { name: 'x' }
    const known = daily([{ id: 1 }, nameless], [{ id: 2 }, nameless], [{ id: 2 }, nameless])
    expect(absentSince(await merged(known))).toEqual({ 1: idOf(2), 2: undefined })
    // It may be the first item, whose key was lost.
    const late = daily([{ id: 1 }], [{ id: 2 }, nameless], [nameless], [nameless])
    const result = await merged(late)
    expect(absentSince(result)).toEqual({ 1: undefined, 2: idOf(3) })
    expect(result.unread.hidden).toMatchObject({ since: 1, seenBefore: 1, problem: expect.stringContaining('"id"') })
    const changing = daily([{ id: 1 }, { name: 'x' }], [{ name: 'y' }])
    expect(absentSince(await merged(changing))).toEqual({ 1: undefined })
    const gone = daily([{ id: 1 }], [nameless], [])
    const settled = await merged(gone)
    expect(absentSince(settled)).toEqual({ 1: idOf(3) })
    expect(settled.unread.hidden).toBeNull()
  })

  it('has damage that hides every absence, for as long as it lasts', async () => {
    const damaged = [{ problem: 'broken', file: 'a.json' }]
    const shown = [...daily([{ id: 1 }]), ...[2, 3].map((number) => ({ day: number, items: [], errors: damaged }))]
    const { unread } = await merged(shown)
    expect(unread.hidden).toEqual({ since: 1, seenBefore: null, problem: 'broken', file: 'a.json', path: null })
    expect(absentSince(await merged([...shown, { day: 4, items: [] }]))).toEqual({ 1: idOf(4) })
  })

  it('marks nothing where nothing is to be marked', async () => {
    const view = viewOf({ absent: { mark: false, parcels: 1, days: 0 } })
    expect(absentSince(await merged(daily([{ id: 1 }], []), view))).toEqual({ 1: undefined })
  })

  it('has its items that come twice counted', async () => {
    expect((await merged(daily([{ id: 1 }, { id: 1 }], [{ id: 1 }, { id: 1 }, { id: 1 }]))).duplicates).toBe(3)
  })

  it('cannot be added before a later one', async () => {
    const shown = [
      { day: 2, items: [] },
      { day: 1, items: [] },
    ]
    await expect(merged(shown)).rejects.toThrow(RangeError)
    await expect(merged([shown[0]!, shown[0]!])).rejects.toThrow(RangeError)
  })
})

describe('what is shown', () => {
  const values = daily(
    [{ id: 1, title: 'a', body: '', score: 1 }],
    [{ id: 1, title: 'b', body: 'text', score: 2 }],
    ['{ "score": 3, "id": 1, "title": "c", "body": "[removed]", "big": 12345678901234567890 }'],
  )

  it('is the latest value, byte for byte', async () => {
    expect(jsonOf(await merged(values))).toEqual([values[2]!.items[0]])
  })

  it('is the first value, byte for byte', async () => {
    expect(jsonOf(await merged(values, viewOf({ pick: 'first' })))).toEqual([JSON.stringify(values[0]!.items[0])])
  })

  it('is chosen column by column', async () => {
    const view = viewOf({ prefer: { title: 'first', body: 'first-nonempty' } })
    expect(jsonOf(await merged(values, view))).toEqual([
      '{"score":3,"id":1,"title":"a","body":"text","big":12345678901234567890}',
    ])
    const first = viewOf({ pick: 'first', prefer: { score: 'latest', big: 'latest' } })
    expect(jsonOf(await merged(values, first))).toEqual([
      '{"id":1,"title":"a","body":"","score":3,"big":12345678901234567890}',
    ])
  })

  it('is chosen for columns where their paths lead, for each on its own', async () => {
    const path = pathsOf('data.text')[0]!
    const columns = { text: { path, type: undefined }, now: { path, type: undefined }, n: { path, type: undefined } }
    const prefer = { text: 'first-nonempty', n: 'first' } as const
    const shown = daily(
      [{ id: 1, data: null }],
      [{ id: 1, data: { text: 'a', n: 1 } }],
      [{ id: 1, data: { text: 'b', n: 2 } }],
    )
    const sourcesOf = async (view: ViewDefinition) => {
      const { items } = await merged(shown, view)
      const text = (json: Uint8Array): string => Buffer.from(json).toString()
      return items.map(({ json, preferred }) => [
        text(json),
        ...[...preferred!].map(([name, one]) => [name, text(one)]),
      ])
    }
    expect(await sourcesOf(viewOf({ prefer, columns }))).toEqual([
      [
        '{"id":1,"data":{"text":"b","n":2}}',
        ['text', '{"id":1,"data":{"text":"a","n":1}}'],
        ['n', '{"id":1,"data":null}'],
      ],
    ])
    expect(await sourcesOf(viewOf({ pick: 'first', prefer: { ...prefer, now: 'latest' }, columns }))).toEqual([
      [
        '{"id":1,"data":null}',
        ['text', '{"id":1,"data":{"text":"a","n":1}}'],
        ['now', '{"id":1,"data":{"text":"b","n":2}}'],
      ],
    ])
  })

  it.each([[''], [null], [[]], [{}]])('is not empty if it can be helped: %j', async (empty) => {
    const view = viewOf({ prefer: { body: 'first-nonempty' } })
    expect(
      jsonOf(await merged(daily([{ id: 1, body: empty }], [{ id: 1, body: 0 }], [{ id: 1, body: 2 }]), view)),
    ).toEqual(['{"id":1,"body":0}'])
    expect(jsonOf(await merged(daily([{ id: 1, body: empty }]), view))).toEqual([
      JSON.stringify({ id: 1, body: empty }),
    ])
  })

  it('does not have what the first value had not, where the first is preferred', async () => {
    const view = viewOf({ prefer: { body: 'first' } })
    expect(jsonOf(await merged(daily([{ id: 1 }], [{ id: 1, body: 'x' }]), view))).toEqual(['{"id":1}'])
  })
})

describe('what is ignored', () => {
  const view = viewOf({ ignore: pathsOf('score', 'author.karma') })
  const shown = daily(
    [{ id: 1, title: 'a', score: 1, author: { name: 'x', karma: 1 } }],
    [{ id: 1, title: 'a', score: 2, author: { name: 'x', karma: 2 } }],
    [{ id: 1, title: 'b', score: 3, author: { name: 'x', karma: 3 } }],
    [{ id: 1, title: 'b', author: { name: 'x', karma: 4 } }],
  )

  it('is in no version and no list of changes, and has its latest value all the same', async () => {
    const result = await merged(shown, view)
    expect(result.history.map(({ kind, changed }) => [kind, changed])).toEqual([
      ['new', []],
      ['changed', ['title']],
    ])
    expect(jsonOf(result)).toEqual([JSON.stringify(shown[3]!.items[0])])
    expect(jsonOf(await merged(shown, { ...view, pick: 'first' }))).toEqual([
      '{"id":1,"title":"a","author":{"name":"x","karma":4}}',
    ])
  })
})

describe('a window', () => {
  it('lets items leave at its end, and shows where others are missing', async () => {
    const shown = daily(
      feed(0, 10),
      feed(2, 12).filter(({ id }) => id !== 5),
    )
    const { items } = await merged(
      [shown[0]!, { ...shown[1]!, items: [{ id: 1.5, at: 1.5 }, ...shown[1]!.items] }],
      newestOf(10),
    )
    const absent = items.filter((item) => item.absentSince !== undefined).map(({ key }) => key)
    expect(absent).toEqual(['5'])
  })

  it('that is not full shows all there is', async () => {
    expect(absentSince(await merged(daily(feed(0, 3), feed(1, 3)), newestOf(3)))).toMatchObject({ 0: idOf(2) })
  })

  it('has no evidence on items without a place in it', async () => {
    const shown = daily([{ id: 'x' }, { id: 'y', at: '2024-01-01' }, ...feed(0, 2)], feed(0, 4))
    expect(absentSince(await merged(shown, newestOf(4)))).toMatchObject({ x: undefined, y: undefined })
  })

  it('names the gap between parcels that do not overlap, whatever could not be read', async () => {
    const unread = { day: 2, items: [], errors: [{ problem: 'is no JSON', file: '' }] }
    const suspect = { day: 3, items: [], isEvidence: false }
    const { gaps } = await merged(
      [{ day: 1, items: feed(0, 5) }, unread, suspect, { day: 4, items: feed(5, 10) }],
      newestOf(5),
    )
    expect(gaps).toEqual([{ after: idOf(1), before: idOf(4), hours: 72 }])
    expect((await merged(daily(feed(0, 5), feed(4, 9)), newestOf(5))).gaps).toEqual([])
    expect((await merged(daily(feed(0, 5), feed(5, 9)), newestOf(5))).gaps).toEqual([])
    expect((await merged(daily(feed(0, 5), feed(5, 10)))).gaps).toEqual([])
  })

  it('overlaps where something was newer before than what is shown now, though all of it is gone', async () => {
    const shown = daily(feed(0, 5), [{ id: 9, at: 3.5 }, ...feed(5, 9)])
    expect((await merged(shown, newestOf(5))).gaps).toEqual([])
  })

  it('is full of all that stands there, what comes twice or cannot be read too', async () => {
    const twice = await merged(daily(feed(0, 5), [...feed(5, 9), { id: 8, at: 8 }]), newestOf(5))
    expect(twice.gaps).toHaveLength(1)
    expect(absentSince(twice)).toMatchObject({ 0: undefined, 4: undefined })
    const broken = await merged(daily(feed(0, 5), [...feed(5, 9), '{']), newestOf(5))
    expect(broken.gaps).toHaveLength(1)
  })

  it('says how long the interval could be', async () => {
    const { headroom } = await merged(daily(feed(0, 10), feed(1, 11), feed(2, 12), feed(6, 16)), newestOf(10))
    expect(headroom!.turnover).toBeCloseTo(0.4)
    expect(headroom!.mostTurnover).toBeCloseTo(0.4)
    // Six items came in three days.
    expect(headroom!.longestHours).toBeCloseTo(120)
  })

  it('knows of an interval that was too long', async () => {
    const { headroom } = await merged(daily(feed(0, 10), feed(1, 11), feed(50, 60), feed(51, 61)), newestOf(10))
    expect(headroom).toEqual({ turnover: 0.1, mostTurnover: 1, longestHours: 24 })
  })

  it('does not take for new what was further down before', async () => {
    const shown = daily(feed(5, 15), [...feed(4, 6), ...feed(7, 15)])
    expect((await merged(shown, newestOf(10))).headroom).toEqual({
      turnover: 0,
      mostTurnover: 0,
      longestHours: Infinity,
    })
  })

  it('that turned over has no headroom left', async () => {
    const { headroom } = await merged(daily(feed(0, 10), feed(50, 60)), newestOf(10))
    expect(headroom).toEqual({ turnover: 1, mostTurnover: 1, longestHours: 24 })
  })

  it('has no headroom before there are two parcels, nor without a window', async () => {
    expect((await merged(daily(feed(0, 10)), newestOf(10))).headroom).toBeUndefined()
    expect((await merged(daily(feed(0, 10), feed(0, 11)))).headroom).toBeUndefined()
  })

  it('looks at the recent parcels only', async () => {
    const quiet = Array.from({ length: 11 }, (_, index) => ({ day: index + 3, items: feed(50, 60) }))
    const { headroom } = await merged([...daily(feed(0, 10), feed(50, 60)), ...quiet], newestOf(10))
    expect(headroom!.mostTurnover).toBe(0)
  })
})

describe('the form of items', () => {
  it('is told where fields appear, change their type or vanish', async () => {
    const { drift } = await merged(
      daily(
        [{ id: 1, a: 1, b: null }],
        [{ id: 1, a: 1, b: 2 }],
        [{ id: 1, a: '1', c: true }],
        [{ id: 1, a: '1', c: true }],
      ),
    )
    expect(drift).toEqual([
      { parcel: idOf(3), field: 'a', kind: 'type', before: ['number'], after: ['string'] },
      { parcel: idOf(3), field: 'c', kind: 'appeared', before: [], after: ['boolean'] },
      { parcel: idOf(3), field: 'b', kind: 'vanished', before: ['number'], after: [] },
    ])
  })

  it('is not told where a field is merely rare, or the parcel empty', async () => {
    const rare = daily(
      [{ id: 1, a: 1 }],
      [{ id: 1 }],
      [{ id: 1, a: 1 }],
      [{ id: 1 }],
      [{ id: 1, once: null }],
      [{ id: 1 }],
      [],
    )
    expect((await merged(rare)).drift).toEqual([
      { parcel: idOf(5), field: 'once', kind: 'appeared', before: [], after: [] },
    ])
  })

  it('has nothing vanish in a parcel that is not whole', async () => {
    const shown = [...daily([{ id: 1, a: 1 }], [{ id: 1, a: 1 }]), { day: 3, items: [{ id: 1 }], isEvidence: false }]
    expect((await merged(shown)).drift).toEqual([])
  })
})
