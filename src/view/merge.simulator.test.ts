import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccount } from '../../test/simulator/account.ts'
import { type Item, itemKeys } from '../../test/simulator/item.ts'
import { type Sighting, type Snapshot, gapsIn, sightingsIn, timesEvery } from '../../test/simulator/snapshot.ts'
import { type Truth, truthOf } from '../../test/simulator/truth.ts'
import { type View, full, newest, since } from '../../test/simulator/view.ts'
import type { ViewDefinition } from './definition.ts'
import type { MergeState } from './merge.ts'
import { Tracks } from './merge/tracks.ts'
import { fullFrom } from './merge/window.ts'
import { TestLog, type TestMerged, type TestParcel, found, pathsOf, viewOf } from './view.fixture.ts'

const dayMs = 86_400_000
const start = new Date('2024-01-01T00:00:00Z')
const end = new Date('2024-07-01T00:00:00Z')
const lives = new Map<number, Truth>()

function life(seed: number): Truth {
  const known = lives.get(seed)
  if (known !== undefined) return known
  const rates = { createdPerDay: 4, editRate: 0.01, unsaveRate: 0.02, resaveRate: 0.1, deleteRate: 0.002 }
  const account = createAccount({ seed, start, bodyWords: 3, ...rates })
  account.advanceTo(end)
  const truth = truthOf(account)
  lives.set(seed, truth)
  return truth
}

interface Parcel extends TestParcel {
  snapshot: Snapshot
}

const idOf = (at: Date): string => at.toISOString().replaceAll(/:|\.\d+/g, '')

/** A parcel that is no evidence shows what it shows, and proves nothing of the rest. */
function parcelOf(snapshot: Snapshot, isEvidence = true): Parcel {
  const { at, view, items } = snapshot
  // Another server answers: the names of objects in another order, blanks between.
  const texts = items.map((item) =>
    at.getTime() % 3 === 0
      ? JSON.stringify(item)
      : JSON.stringify(Object.fromEntries(Object.entries(item).toReversed()), null, 1),
  )
  const proven = isEvidence ? view : { ...view, proves: () => false }
  return { id: idOf(at), at, isEvidence, snapshot: { at, items, view: proven }, found: texts.map(found) }
}

const read = (parcels: readonly Parcel[], view: ViewDefinition): Promise<TestLog> => new TestLog(view).read(parcels)

/** Reads and merges parcels, in their order. */
async function merged(parcels: readonly Parcel[], view: ViewDefinition): Promise<TestMerged> {
  const log = await read(parcels, view)
  return log.merged(log.merge(parcels))
}

/** As it is when it was stored and read again. */
const stored = ({ tracks, notes, ...rest }: MergeState): MergeState => ({
  ...rest,
  tracks: new Tracks(0, tracks.rows.slice()),
  notes: JSON.parse(JSON.stringify(notes)) as MergeState['notes'],
})

const plainRow = <Row extends { json: Uint8Array | undefined }>(row: Row) => ({
  ...row,
  json: row.json && (JSON.parse(Buffer.from(row.json).toString()) as Item),
})
const plain = (all: TestMerged) => ({
  ...all,
  items: all.items.map(plainRow),
  history: all.history.map(plainRow),
})

function byKey<Row extends { key: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row])
  return groups
}

/** What the model of the simulator has seen, as the merged table and the history have it. */
function expectedOf(sighting: Sighting, snapshots: readonly Snapshot[], ignored: readonly (keyof Item)[]) {
  const { id, firstSeen, lastSeen, versions, absences } = sighting
  const seen = snapshots.flatMap(({ items }) => items.filter((item) => item.id === id))
  const rows = versions.map(({ item, firstSeen: at }, index) => ({
    at,
    version: index + 1,
    changed: index === 0 ? [] : changedIn(versions[index - 1]!.item, item, ignored),
  }))
  const absentSince = absences.at(-1)?.until === undefined ? absences.at(-1)?.from : undefined
  return {
    item: {
      key: String(id),
      firstSeen: idOf(firstSeen),
      lastSeen: idOf(lastSeen),
      absentSince: absentSince && idOf(absentSince),
      versions: versions.length,
      parcel: idOf(lastSeen),
      json: seen.at(-1)!,
    },
    versions: rows,
    absent: absences.map(({ from }) => from),
    back: absences.flatMap(({ until }) => until ?? []),
  }
}

function changedIn(before: Item, after: Item, ignored: readonly (keyof Item)[]): string[] {
  return itemKeys
    .filter((key) => !ignored.includes(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .toSorted()
}

const times = fc
  .uniqueArray(fc.integer({ min: 0, max: 181 * 24 }), { minLength: 1, maxLength: 25 })
  .map((hours) => hours.toSorted((a, b) => a - b).map((hour) => new Date(start.getTime() + hour * 3_600_000)))
const views = fc.constantFrom<[View, ViewDefinition['window']]>(
  [full(), 'all'],
  ...[15, 60, 400].map((count): [View, ViewDefinition['window']] => [
    newest(count, 'created_at', fullFrom(count)),
    { newest: count, by: pathsOf('created_at')[0]! },
  ]),
  [newest(40, 'saved_at', fullFrom(40)), { newest: 40, by: pathsOf('saved_at')[0]! }],
)
const ignores = fc.constantFrom<(keyof Item)[]>([], ['score'], ['score', 'updated_at', 'tags'])
const seeds = fc.integer({ min: 0, max: 3 })
const flags = fc.array(fc.boolean(), { minLength: 25, maxLength: 25 })
const someParcels = fc
  .record({ seed: seeds, times, views, ignores, flags, isAllEvidence: fc.boolean() })
  .map((chosen) => {
    const [view, window] = chosen.views
    const parcels = life(chosen.seed)
      .snapshots(view, chosen.times)
      .map((snapshot, index) => parcelOf(snapshot, chosen.isAllEvidence || chosen.flags[index]))
    return { parcels, ignored: chosen.ignores, definition: viewOf({ window, ignore: pathsOf(...chosen.ignores) }) }
  })

describe('the merged table of an account', () => {
  it('has what the log says: sightings, absences, versions and what changed', async () => {
    await fc.assert(
      fc.asyncProperty(someParcels, async ({ parcels, ignored, definition }) => {
        const { items, history } = plain(await merged(parcels, definition))
        const snapshots = parcels.map(({ snapshot }) => snapshot)
        const sightings = sightingsIn(snapshots, ignored)
        const rows = byKey(history)
        expect(items).toHaveLength(sightings.size)
        for (const item of items) {
          const expected = expectedOf(sightings.get(Number(item.key))!, snapshots, ignored)
          expect(item).toEqual(expected.item)
          const own = rows.get(item.key)!
          const seen = own.filter(({ kind }) => kind !== 'absent')
          const versions = seen.filter(({ version }, index) => version !== seen[index - 1]?.version)
          expect(versions.map(({ at, version, changed }) => ({ at, version, changed }))).toEqual(expected.versions)
          expect(own.filter(({ kind }) => kind === 'absent').map(({ at }) => at)).toEqual(expected.absent)
          expect(own.filter(({ kind }) => kind === 'back').map(({ at }) => at)).toEqual(expected.back)
          for (const row of own) {
            expect(row.parcel).toBe(idOf(row.at))
            const snapshot = snapshots.find(({ at }) => at.getTime() === row.at.getTime())!
            expect(row.json).toEqual(snapshot.items.find(({ id }) => String(id) === item.key))
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('has an absence only where the log has one', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, times, views, async (seed, moments, [view, window]) => {
        const truth = life(seed)
        const parcels = truth.snapshots(view, moments).map((snapshot) => parcelOf(snapshot))
        const definition = viewOf({ window })
        const { history } = await merged(parcels, definition)
        for (const { key, kind, at } of history) expect(truth.presentAt(Number(key), at)).toBe(kind !== 'absent')
      }),
      { numRuns: 40 },
    )
  })

  it('has gaps where the windows do not overlap', async () => {
    let gaps = 0
    await fc.assert(
      fc.asyncProperty(seeds, times, views, async (seed, moments, [view, window]) => {
        const parcels = life(seed)
          .snapshots(view, moments)
          .map((snapshot) => parcelOf(snapshot))
        const definition = viewOf({ window })
        const { gaps: all } = await merged(parcels, definition)
        const expected = gapsIn(parcels.map(({ snapshot }) => snapshot))
        expect(all).toEqual(
          expected.map(({ from, until }) => ({
            after: idOf(from),
            before: idOf(until),
            hours: (until.getTime() - from.getTime()) / 3_600_000,
          })),
        )
        gaps += expected.length
      }),
      { numRuns: 60 },
    )
    expect(gaps).toBeGreaterThan(0)
  })

  it('waits for so many parcels and days before it calls an item absent', async () => {
    await fc.assert(
      fc.asyncProperty(someParcels, fc.integer({ min: 1, max: 4 }), fc.nat(20), async (chosen, count, days) => {
        const { parcels } = chosen
        const definition = viewOf({ ...chosen.definition, absent: { mark: true, parcels: count, days } })
        const { items } = await merged(parcels, definition)
        for (const { key, absentSince } of items) {
          const last = parcels.findLastIndex(({ snapshot }) => snapshot.items.some(({ id }) => String(id) === key))
          const item = parcels[last]!.snapshot.items.find(({ id }) => String(id) === key)!
          const proofs = parcels.slice(last + 1).filter(({ snapshot }) => snapshot.view.proves(item, snapshot.items))
          const isSure = proofs.some(
            ({ at }, index) => index + 1 >= count && at.getTime() - proofs[0]!.at.getTime() >= days * dayMs,
          )
          expect(absentSince).toBe(isSure ? proofs[0]!.id : undefined)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is the same whatever the order of reading, and as if a removed parcel had never been', async () => {
    await fc.assert(
      fc.asyncProperty(someParcels, fc.array(fc.nat(), { minLength: 25 }), flags, async (chosen, lots, kept) => {
        const { parcels, definition } = chosen
        const shuffled = parcels
          .map((parcel, index) => ({ parcel, lot: lots[index]! }))
          .sort((a, b) => a.lot - b.lot)
          .map(({ parcel }) => parcel)
        const log = await read(shuffled, definition)
        const left = parcels.filter((_, index) => kept[index])
        expect(plain(log.merged(log.merge(left)))).toEqual(plain(await merged(left, definition)))
      }),
      { numRuns: 25 },
    )
  })

  it('goes on from a stored state as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(someParcels, fc.nat(25), async ({ parcels, definition }, place) => {
        const log = await read(parcels, definition)
        const whole = plain(await merged(parcels, definition))
        const first = log.merge(parcels.slice(0, place))
        expect(plain(log.merged(log.merge(parcels.slice(place), stored(first))))).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  })

  it('has the latest values of what is ignored, also where the first version is picked', async () => {
    const snapshots = life(1).snapshots(full(), timesEvery(7 * dayMs, start, end))
    const parcels = snapshots.map((snapshot) => parcelOf(snapshot))
    const definition = viewOf({ pick: 'first', ignore: pathsOf('score') })
    const { items } = plain(await merged(parcels, definition))
    const edited = items.filter(({ key, json, firstSeen, parcel }) => {
      const seen = snapshots.flatMap((one) => one.items.filter(({ id }) => String(id) === key))
      expect(json).toEqual({ ...seen[0], score: seen.at(-1)!.score })
      expect(parcel).toBe(firstSeen)
      return seen[0]!.score !== seen.at(-1)!.score && seen[0]!.title !== seen.at(-1)!.title
    })
    expect(edited.length).toBeGreaterThan(5)
  })

  it('learns from parcels of changes only, and takes nothing for gone because of them', async () => {
    const truth = life(2)
    const moments = timesEvery(5 * dayMs, start, end)
    const parcels = moments.map((at, index) => {
      const cursor = `${new Date(at.getTime() - 6 * dayMs).toISOString().slice(0, 19)}Z`
      return parcelOf(truth.snapshot(index % 6 === 0 ? full() : since(cursor), at), index % 6 === 0)
    })
    const definition = viewOf()
    const { items } = await merged(parcels, definition)
    const sightings = sightingsIn(parcels.map(({ snapshot }) => snapshot))
    for (const { key, absentSince, versions } of items) {
      const { absences, versions: seen } = sightings.get(Number(key))!
      expect(versions).toBe(seen.length)
      const open = absences.at(-1)?.until === undefined ? absences.at(-1) : undefined
      expect(absentSince).toBe(open && idOf(open.from))
    }
    expect(items.some(({ absentSince }) => absentSince !== undefined)).toBe(true)
  })
})
