import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parcelIdAt } from './id.ts'
import { type KeepConfig, retentionPolicy } from './retention-policy.ts'
import { type RetainedParcel, type RetentionPlan, parcelsToKeep } from './retention.ts'

const dayMs = 86_400_000

function good(...times: string[]): RetainedParcel[] {
  return times.map((time) => ({ id: parcelIdAt(new Date(time)), state: 'good' }))
}

function suspect(...times: string[]): RetainedParcel[] {
  return good(...times).map(({ id }) => ({ id, state: 'suspect' }))
}

/** One parcel a day at noon, the newest on 2026-11-20. */
function dailyParcels(count: number): RetainedParcel[] {
  const newest = Date.parse('2026-11-20T12:00:00Z')
  return good(...Array.from({ length: count }, (_, index) => new Date(newest - index * dayMs).toISOString()))
}

function plan(parcels: RetainedParcel[], keep: KeepConfig, timezone = 'UTC'): RetentionPlan {
  return parcelsToKeep(parcels, retentionPolicy(keep, timezone))
}

/** Lines such as `keep 2026-11-20T120000Z newest good; last 5 (1 of 5)`. */
function lines({ decisions }: RetentionPlan): string[] {
  return decisions.map(({ id, keep, reasons }) => `${keep ? 'keep' : 'remove'} ${id} ${reasons.join('; ')}`)
}

function kept({ decisions }: RetentionPlan): string[] {
  return decisions.filter(({ keep }) => keep).map(({ id }) => id)
}

describe('parcelsToKeep', () => {
  it('keeps the newest so many, and says which and why', () => {
    expect(lines(plan(dailyParcels(3), 2))).toEqual([
      'keep 2026-11-20T120000Z newest good; last 2 (1 of 2)',
      'keep 2026-11-19T120000Z last 2 (2 of 2)',
      'remove 2026-11-18T120000Z older than the last 2',
    ])
  })

  it('keeps the newest of each local day, week, month and year', () => {
    const parcels = good(
      '2026-11-20T12:00:00Z',
      '2026-11-20T06:00:00Z',
      '2026-11-19T23:30:00Z',
      '2026-11-14T12:00:00Z',
      '2025-12-31T22:30:00Z',
      '2025-12-31T23:30:00Z',
    )
    const keep = { daily: 2, weekly: 2, monthly: 1, yearly: 2, min: 1 }
    expect(lines(plan(parcels, keep, 'Europe/Berlin'))).toEqual([
      'keep 2026-11-20T120000Z newest good; daily: newest of 2026-11-20; weekly: newest of 2026-W47; ' +
        'monthly: newest of 2026-11; yearly: newest of 2026',
      'remove 2026-11-20T060000Z no rule keeps it',
      'remove 2026-11-19T233000Z no rule keeps it',
      'keep 2026-11-14T120000Z daily: newest of 2026-11-14; weekly: newest of 2026-W46',
      'remove 2025-12-31T233000Z no rule keeps it',
      'keep 2025-12-31T223000Z yearly: newest of 2025',
    ])
  })

  it('counts the hour that the clock repeats in autumn once', () => {
    const parcels = good('2026-10-25T00:10:00Z', '2026-10-25T01:10:00Z', '2026-10-24T23:10:00Z')
    expect(lines(plan(parcels, { hourly: 2, min: 1 }, 'Europe/Berlin'))).toEqual([
      'keep 2026-10-25T011000Z newest good; hourly: newest of 2026-10-25 02:00',
      'remove 2026-10-25T001000Z no rule keeps it',
      'keep 2026-10-24T231000Z hourly: newest of 2026-10-25 01:00',
    ])
  })

  it('counts a day that a clock returns to once', () => {
    // Newfoundland set its clocks back at 00:01 on Sunday, to 23:01 on Saturday.
    const parcels = good('2010-11-07T04:00:00Z', '2010-11-07T02:45:00Z', '2010-11-07T02:30:30Z', '2010-11-07T02:00:00Z')
    expect(kept(plan(parcels, { daily: 3, min: 1 }, 'America/St_Johns'))).toEqual([
      '2010-11-07T040000Z',
      '2010-11-07T024500Z',
    ])
  })

  it('measures `within` from the newest good parcel, whatever the time is now', () => {
    const parcels = good('2001-03-31T12:00:00Z', '2001-03-01T12:00:00Z', '2001-03-01T11:59:59Z')
    expect(lines(plan(parcels, { within: 30 * dayMs, min: 1 }))).toEqual([
      'keep 2001-03-31T120000Z newest good; within 30 days of the newest',
      'keep 2001-03-01T120000Z within 30 days of the newest',
      'remove 2001-03-01T115959Z no rule keeps it',
    ])
  })

  it('keeps a minimum whatever the rules say', () => {
    expect(lines(plan(dailyParcels(4), { yearly: 1 }))).toEqual([
      'keep 2026-11-20T120000Z newest good; yearly: newest of 2026',
      'keep 2026-11-19T120000Z minimum of 3',
      'keep 2026-11-18T120000Z minimum of 3',
      'remove 2026-11-17T120000Z no rule keeps it',
    ])
  })

  it('removes nothing while the newest parcel is suspect', () => {
    const frozen = plan([...dailyParcels(9), ...suspect('2026-11-21T12:00:00Z')], 2)
    expect(frozen.frozen).toBe(true)
    expect(kept(frozen)).toHaveLength(10)
    expect(new Set(frozen.decisions.flatMap(({ reasons }) => reasons))).toEqual(
      new Set(['frozen: the newest parcel 2026-11-21T120000Z is suspect']),
    )
  })

  it('removes a suspect parcel once enough good ones are newer, and does not count it among them', () => {
    const suspects = suspect('2026-11-20T06:00:00Z', '2026-11-18T18:00:00Z')
    expect(lines(plan([...dailyParcels(3), ...suspects], 2))).toEqual([
      'keep 2026-11-20T120000Z newest good; last 2 (1 of 2)',
      'keep 2026-11-20T060000Z suspect: stays until 2 good parcels are newer',
      'keep 2026-11-19T120000Z last 2 (2 of 2)',
      'remove 2026-11-18T180000Z suspect, and 2 good parcels are newer',
      'remove 2026-11-18T120000Z older than the last 2',
    ])
  })

  it('counts a damaged parcel as nothing, also as the newest, so that an older good one stays', () => {
    const all = dailyParcels(4).map((parcel, index) =>
      index % 2 === 0 ? { ...parcel, state: 'damaged' as const } : parcel,
    )
    expect(lines(plan(all, 1))).toEqual([
      'keep 2026-11-20T120000Z damaged: stays until a good parcel is newer',
      'keep 2026-11-19T120000Z newest good; last 1 (1 of 1)',
      'remove 2026-11-18T120000Z damaged, and a good parcel is newer',
      'remove 2026-11-17T120000Z older than the last 1',
    ])
  })

  it('keeps all without a policy', () => {
    const all = parcelsToKeep([...dailyParcels(3), ...suspect('2026-11-01T00:00:00Z')], undefined)
    expect(all.frozen).toBe(false)
    expect(lines(all)[0]).toBe('keep 2026-11-20T120000Z `keep` is not set')
    expect(kept(all)).toHaveLength(4)
  })

  it('has nothing to decide when there are no parcels', () => {
    expect(plan([], 5)).toEqual({ frozen: false, decisions: [] })
  })

  it('decides on 100,000 parcels in a second or two, even when the rules reach back to the first', () => {
    const newest = Date.parse('2026-11-20T12:00:00Z')
    const times = Array.from({ length: 100_000 }, (_, index) => new Date(newest - index * 3_600_000).toISOString())
    const parcels = good(...times)
    const everything = { hourly: 200_000, daily: 200_000, weekly: 200_000, monthly: 200_000, yearly: 200_000 }
    // What it computes, not what it waits for a busy processor; were each parcel compared with each other one, it would be minutes.
    const begun = process.cpuUsage()
    // Of two parcels in an hour that the clock repeats, one goes: twelve times from 2015 to 2026.
    expect(kept(plan(parcels, everything, 'Europe/Berlin'))).toHaveLength(100_000 - 12)
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5)
  })
})

describe('parcelsToKeep, for any parcels and any policy,', () => {
  const base = Date.UTC(2026, 10, 20)
  const second = fc.oneof(
    fc.nat({ max: 3 * 3600 }),
    fc.nat({ max: 10 * 86_400 }),
    fc.nat({ max: 100 * 86_400 }),
    fc.nat({ max: 4000 * 86_400 }),
  )
  const state = fc.oneof({ arbitrary: fc.constant('good' as const), weight: 5 }, fc.constant('suspect' as const))
  const parcels = fc
    .uniqueArray(fc.tuple(second, state), { selector: ([seconds]) => seconds, maxLength: 60 })
    .map((made) => made.map(([seconds, state]) => ({ id: parcelIdAt(new Date(base - seconds * 1000)), state })))
  const count = fc.option(fc.nat({ max: 12 }), { nil: undefined })
  const keepTable = fc.record({
    last: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    within: fc.option(fc.nat({ max: 100 * dayMs }), { nil: undefined }),
    min: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  })
  const keep: fc.Arbitrary<KeepConfig> = fc.oneof(fc.integer({ min: 1, max: 20 }), keepTable)
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kolkata')
  const policy = fc.tuple(keep, zone).map(([keep, zone]) => retentionPolicy(keep, zone))
  const options = { numRuns: 300 }

  it('gives each parcel one decision and a reason, newest first', () => {
    fc.assert(
      fc.property(parcels, policy, (parcels, policy) => {
        const { decisions } = parcelsToKeep(parcels, policy)
        expect(decisions.map(({ id }) => id)).toEqual(
          parcels
            .map(({ id }) => id)
            .sort()
            .reverse(),
        )
        expect(decisions.every(({ reasons }) => reasons.length > 0 && reasons.every((reason) => reason !== ''))).toBe(
          true,
        )
      }),
      options,
    )
  })

  it('keeps the newest good parcel, and as many good ones as the minimum asks for', () => {
    fc.assert(
      fc.property(parcels, policy, (parcels, policy) => {
        const keptIds = new Set(kept(parcelsToKeep(parcels, policy)))
        const goodIds = parcels.filter(({ state }) => state === 'good').map(({ id }) => id)
        const newestGood = goodIds.sort().at(-1)
        if (newestGood !== undefined) expect(keptIds.has(newestGood)).toBe(true)
        if (parcels.length > 0) expect(keptIds.size).toBeGreaterThan(0)
        expect(goodIds.filter((id) => keptIds.has(id)).length).toBeGreaterThanOrEqual(
          Math.min(policy.min, goodIds.length),
        )
      }),
      options,
    )
  })

  it('removes nothing more from what it has kept', () => {
    fc.assert(
      fc.property(parcels, policy, (parcels, policy) => {
        const first = parcelsToKeep(parcels, policy)
        const keptIds = new Set(kept(first))
        const again = parcelsToKeep(
          parcels.filter(({ id }) => keptIds.has(id)),
          policy,
        )
        expect(kept(again)).toEqual(kept(first))
        expect(again.frozen).toBe(first.frozen)
      }),
      options,
    )
  })

  it('keeps no less when any number of the policy is larger', () => {
    const keys = fc.constantFrom('last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within', 'min')
    const more = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(parcels, keepTable, keys, more, zone, (parcels, keep, key, more, zone) => {
        // Without `last` the minimum is three, and with `last = 1` it is one; so going from none to some is left out.
        const smaller = key === 'last' ? { ...keep, last: Math.max(keep.last ?? 0, 1) } : keep
        const step = key === 'within' ? more * dayMs : more
        const before = key === 'min' ? retentionPolicy(smaller, zone).min : (smaller[key] ?? 0)
        const larger = { ...smaller, [key]: before + step }
        const keptIds = new Set(kept(plan(parcels, larger, zone)))
        expect(kept(plan(parcels, smaller, zone)).filter((id) => !keptIds.has(id))).toEqual([])
      }),
      options,
    )
  })

  it('removes nothing when the newest parcel is suspect', () => {
    fc.assert(
      fc.property(parcels, policy, (parcels, policy) => {
        const frozen = parcelsToKeep([...parcels, ...suspect('2026-12-01T00:00:00Z')], policy)
        expect(frozen.frozen).toBe(true)
        expect(kept(frozen)).toHaveLength(parcels.length + 1)
      }),
      options,
    )
  })

  it('decides the same in whatever order they are given', () => {
    const shuffled = parcels.chain((parcels) =>
      fc.tuple(fc.constant(parcels), fc.shuffledSubarray(parcels, { minLength: parcels.length })),
    )
    fc.assert(
      fc.property(shuffled, policy, ([parcels, others], policy) => {
        expect(parcelsToKeep(others, policy)).toEqual(parcelsToKeep(parcels, policy))
      }),
      options,
    )
  })

  it('goes by the good parcels alone', () => {
    fc.assert(
      fc.property(parcels, policy, (parcels, policy) => {
        const newest = good('2026-12-01T00:00:00Z')
        const all = parcelsToKeep([...parcels, ...newest], policy)
        const goodOnly = parcelsToKeep([...parcels.filter(({ state }) => state === 'good'), ...newest], policy)
        const ids = new Set(goodOnly.decisions.map(({ id }) => id))
        expect(all.decisions.filter(({ id }) => ids.has(id))).toEqual(goodOnly.decisions)
      }),
      options,
    )
  })

  it('keeps the newest of as many buckets as there are, up to the number asked for', () => {
    fc.assert(
      fc.property(parcels, fc.integer({ min: 1, max: 12 }), (parcels, daily) => {
        const onlyGood = parcels.filter(({ state }) => state === 'good')
        const decisions = plan(onlyGood, { daily, min: 1 }).decisions.filter(({ keep }) => keep)
        const newestOfDay = new Map(
          onlyGood
            .map(({ id }) => id)
            .sort()
            .map((id) => [id.slice(0, 10), id]),
        )
        const wanted = [...newestOfDay.values()].sort().reverse().slice(0, daily)
        expect(decisions.map(({ id }) => id)).toEqual(wanted)
      }),
      options,
    )
  })
})
