import { describe, expect, it } from 'vitest'
import { createAccount, eventKinds } from './account.ts'
import { timesEvery } from './snapshot.ts'

const start = new Date('2024-01-01T00:00:00Z')
const halfYearLater = new Date('2024-07-01T00:00:00Z')

function logOf(seed: number, steps: readonly Date[] = [halfYearLater]): string {
  const account = createAccount({ seed, start })
  for (const time of steps) account.advanceTo(time)
  return JSON.stringify(account.log)
}

describe('a simulated account', () => {
  it('lives the same life from the same seed, and another one from another', () => {
    expect(logOf(1)).toBe(logOf(1))
    expect(logOf(2)).not.toBe(logOf(1))
  })

  it('lives the same life whatever the steps it is advanced in', () => {
    expect(logOf(1, timesEvery(7_654_321, start, halfYearLater).concat(halfYearLater))).toBe(logOf(1))
  })

  it('sees every kind of event within six months', () => {
    for (const seed of [1, 2, 3]) {
      const account = createAccount({ seed, start })
      account.advanceTo(halfYearLater)
      const counts = eventKinds.map((kind) => account.log.filter((event) => event.kind === kind).length)
      for (const count of counts) expect(count).toBeGreaterThan(20)
    }
  })

  it('creates items at about the rate that was asked for', () => {
    const account = createAccount({ seed: 1, start, createdPerDay: 50, burstShare: 0 })
    account.advanceTo(halfYearLater)
    const perDay = account.log.filter((event) => event.kind === 'created').length / 182
    expect(perDay).toBeGreaterThan(47)
    expect(perDay).toBeLessThan(53)
  })

  it('logs in order of time, up to the present and not beyond', () => {
    const account = createAccount({ seed: 1, start })
    account.advanceTo(halfYearLater)
    const times = account.log.map((event) => event.at.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)).toBeLessThanOrEqual(halfYearLater.getTime())
    expect(account.now).toEqual(halfYearLater)
  })

  it('makes new values by edits alone: votes leave updated_at, and a value is never changed in place', () => {
    const account = createAccount({ seed: 1, start })
    account.advanceTo(halfYearLater)
    const then = JSON.stringify(account.log)
    for (const { at, kind, item } of account.log) {
      if (kind === 'edited') expect(item.updated_at).toBe(`${at.toISOString().slice(0, 19)}Z`)
      if (kind === 'scored') expect(new Date(item.updated_at) < at).toBe(true)
    }
    account.advanceTo(new Date('2024-12-01T00:00:00Z'))
    expect(JSON.stringify(account.log).startsWith(then.slice(0, -1))).toBe(true)
  })

  it('gives ids that grow, and several items the same second', () => {
    const account = createAccount({ seed: 1, start })
    account.advanceTo(halfYearLater)
    const created = account.log.filter((event) => event.kind === 'created')
    const ids = created.map((event) => event.id)
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(new Set(created.map((event) => event.item.created_at)).size).toBeLessThan(created.length)
  })

  it('does not go back in time', () => {
    const account = createAccount({ seed: 1, start })
    account.advanceTo(halfYearLater)
    expect(() => account.advanceTo(start)).toThrow(RangeError)
  })
})
