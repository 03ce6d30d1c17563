import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, createAccount } from './account.ts'
import type { Item } from './item.ts'
import { gapsIn, sightingsIn, timesEvery } from './snapshot.ts'
import { type Truth, truthOf } from './truth.ts'
import { full, newest, pages, parseView, since } from './view.ts'

const dayMs = 86_400_000
const start = new Date('2024-01-01T00:00:00Z')
const end = new Date('2024-07-01T00:00:00Z')
const daily = timesEvery(dayMs, start, end)

const moments = fc.date({ min: start, max: end, noInvalidDate: true })
const seeds = fc.integer({ min: 0, max: 5 })
const lives = new Map<number, { account: Account; truth: Truth }>()

function life(seed: number): { account: Account; truth: Truth } {
  const known = lives.get(seed)
  if (known !== undefined) return known
  const account = createAccount({ seed, start, createdPerDay: 4, editRate: 0.01, unsaveRate: 0.005 })
  account.advanceTo(end)
  const lived = { account, truth: truthOf(account) }
  lives.set(seed, lived)
  return lived
}

/** The listed items, by going through the log from its beginning. */
function replay({ log }: Account, time: Date): Map<number, Item> {
  const listed = new Map<number, Item>()
  const unsaved = new Set<number>()
  for (const { at, kind, id, item } of log) {
    if (at > time) break
    if (kind === 'unsaved') unsaved.add(id)
    if (kind === 'saved') unsaved.delete(id)
    if (kind === 'deleted' || unsaved.has(id)) listed.delete(id)
    else listed.set(id, item)
  }
  return listed
}

describe('the truth about an account', () => {
  it('knows the items of any moment as a replay of the log does', () => {
    fc.assert(
      fc.property(seeds, moments, (seed, time) => {
        const { account, truth } = life(seed)
        const expected = replay(account, time)
        expect(truth.itemsAt(time)).toEqual([...expected.values()].toSorted((a, b) => a.id - b.id))
        for (const { id } of account.log) {
          expect(truth.presentAt(id, time)).toBe(expected.has(id))
          if (expected.has(id)) expect(truth.valueAt(id, time)).toBe(expected.get(id))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('lists the versions of an item, each valid from its event to the next', () => {
    const { account, truth } = life(1)
    for (const id of new Set(account.log.map((event) => event.id))) {
      const versions = truth.versionsOf(id)
      for (const { item, from, until } of versions) {
        expect(truth.valueAt(id, from)).toEqual(item)
        if (until !== undefined) expect(truth.valueAt(id, until)).not.toEqual(item)
      }
      const scores = account.log.filter((event) => event.id === id && event.kind === 'scored').length
      expect(truth.versionsOf(id, ['score'])).toHaveLength(versions.length - scores)
    }
  })

  it('knows values that come back after an edit', () => {
    const { account, truth } = life(1)
    const returned = [...new Set(account.log.map((event) => event.id))].filter((id) => {
      const bodies = truth
        .versionsOf(id, ['score', 'updated_at', 'saved_at'])
        .map(({ item }) => JSON.stringify([item.title, item.body, item.tags]))
      return new Set(bodies).size < bodies.length
    })
    expect(returned.length).toBeGreaterThan(0)
  })

  it('tells when an item was listed', () => {
    const { account, truth } = life(1)
    const again = account.log.find((event) => event.kind === 'saved')!
    const periods = truth.presenceOf(again.id)
    expect(periods.length).toBeGreaterThan(1)
    for (const { from, until } of periods) {
      expect(truth.presentAt(again.id, from)).toBe(true)
      if (until !== undefined) expect(truth.presentAt(again.id, until)).toBe(false)
    }
  })

  it('refuses to foretell', () => {
    expect(() => life(1).truth.itemsAt(new Date('2025-01-01T00:00:00Z'))).toThrow(RangeError)
  })

  it('keeps up with an account that lives on', () => {
    const account = createAccount({ seed: 1, start })
    const truth = truthOf(account)
    for (const time of daily.slice(0, 60)) {
      account.advanceTo(time)
      expect(truth.itemsAt(time)).toHaveLength(replay(account, time).size)
    }
  })
})

describe('views', () => {
  it('show the newest by creation or by saving, the newest first', () => {
    fc.assert(
      fc.property(
        seeds,
        moments,
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom('created_at' as const, 'saved_at' as const),
        (seed, time, count, by) => {
          const { truth } = life(seed)
          const { items } = truth.snapshot(newest(count, by), time)
          const listed = truth.itemsAt(time)
          expect(items).toHaveLength(Math.min(count, listed.length))
          expect(items.map((item) => item[by])).toEqual(
            items
              .map((item) => item[by])
              .toSorted()
              .toReversed(),
          )
          const shown = new Set(items.map((item) => item.id))
          for (const item of listed) if (!shown.has(item.id)) expect(item[by] <= items.at(-1)![by]).toBe(true)
        },
      ),
    )
  })

  it('show all that changed at or after a cursor, in order of change', () => {
    fc.assert(
      fc.property(seeds, moments, moments, (seed, time, from) => {
        const { truth } = life(seed)
        const cursor = `${from.toISOString().slice(0, 19)}Z`
        const { items } = truth.snapshot(since(cursor), time)
        expect(items.map((item) => item.updated_at)).toEqual(items.map((item) => item.updated_at).toSorted())
        expect(new Set(items)).toEqual(new Set(truth.itemsAt(time).filter((item) => item.updated_at >= cursor)))
      }),
    )
  })

  it('join from their pages', () => {
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 1, max: 99 }),
        fc.constantFrom(full(), newest(50), since('2024-02-01T00:00:00Z')),
        (time, size, view) => {
          const { items } = life(1).truth.snapshot(view, time)
          const cut = pages(items, size)
          expect(cut.flat()).toEqual(items)
          for (const page of cut.slice(0, -1)) expect(page).toHaveLength(size)
          expect(cut.at(-1)).not.toEqual([])
        },
      ),
    )
  })

  it('come back from their names', () => {
    for (const view of [full(), newest(7, 'saved_at'), since('2024-02-01T10:20:30Z')]) {
      expect(parseView(view.name).name).toBe(view.name)
    }
    expect(() => parseView('oldest:3')).toThrow('oldest:3')
  })
})

describe('what snapshots can show', () => {
  const { truth } = life(2)

  it('is first sightings that the log agrees with', () => {
    const sightings = sightingsIn(truth.snapshots(newest(100), daily))
    for (const [id, { firstSeen }] of [...sightings].slice(0, 50)) {
      expect(truth.firstSeenIn(daily, id, newest(100))).toEqual(firstSeen)
    }
  })

  it('is versions that were true when they were seen', () => {
    for (const [id, { versions }] of sightingsIn(truth.snapshots(full(), daily))) {
      for (const { item, firstSeen } of versions) expect(truth.valueAt(id, firstSeen)).toEqual(item)
      expect(versions.length).toBeLessThanOrEqual(truth.versionsOf(id).length)
    }
  })

  it.each([full(), newest(100), newest(100, 'saved_at')])('is absences that are real, through $name', (view) => {
    const sightings = sightingsIn(truth.snapshots(view, daily))
    const absences = [...sightings.values()].flatMap((seen) =>
      seen.absences.map((absence) => ({ ...absence, id: seen.id })),
    )
    expect(absences.length).toBeGreaterThan(5)
    for (const { id, from, until } of absences) {
      expect(truth.presentAt(id, from)).toBe(false)
      if (until !== undefined) expect(truth.presentAt(id, until)).toBe(true)
    }
  })

  it('is every absence that a full view could see', () => {
    const sightings = sightingsIn(truth.snapshots(full(), daily))
    for (const [id, { firstSeen, absences }] of sightings) {
      for (const time of daily.filter((day) => day > firstSeen)) {
        const absent = absences.some(({ from, until }) => from <= time && (until === undefined || time < until))
        expect(absent).toBe(!truth.presentAt(id, time))
      }
    }
  })

  it('does not depend on the order of the snapshots', () => {
    const snapshots = truth.snapshots(newest(60), daily)
    expect(sightingsIn(snapshots.toReversed())).toEqual(sightingsIn(snapshots))
  })

  it('has gaps where the window turned over, and only there loses items for good', () => {
    const monthly = timesEvery(30 * dayMs, start, end)
    const sparse = truth.snapshots(newest(50), monthly)
    expect(gapsIn(sparse).length).toBeGreaterThan(2)
    expect(truth.missedBy(sparse).length).toBeGreaterThan(100)
    const dense = truth.snapshots(newest(50), daily)
    expect(gapsIn(dense)).toEqual([])
    // With overlap, only what was not there any more on the day after its creation is missed.
    for (const id of truth.missedBy(dense)) {
      const [created] = truth.presenceOf(id)
      expect(
        truth.presentAt(
          id,
          daily.find((day) => day >= created!.from)!,
        ),
      ).toBe(false)
    }
  })
})
