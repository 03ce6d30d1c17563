import { describe, expect, it } from 'vitest'
import { firingOf } from './firing.ts'

const minute = 60_000
const hour = 60 * minute
const now = new Date('2026-05-10T12:00:00Z')

function ago(ms: number): Date {
  return new Date(now.getTime() - ms)
}

/** Every five minutes, from so long ago to so long ago. */
function ticks(from: number, to = 0): Date[] {
  const all: Date[] = []
  for (let at = from; at >= to; at -= 5 * minute) all.push(ago(at))
  return all
}

describe('a timer', () => {
  it('is well while it starts as often as it should', () => {
    const firing = firingOf({ everyMs: 5 * minute, installedAt: ago(10 * hour), ticks: ticks(10 * hour, minute), now })
    expect(firing).toMatchObject({ state: 'ok', because: 'it started 5 minutes ago', expected: 120, fired: 120 })
    expect(firing.longestSilence).toBeUndefined()
  })

  it('is late once it has missed two starts', () => {
    const at = (lastMs: number): string =>
      firingOf({ everyMs: 5 * minute, installedAt: ago(10 * hour), ticks: [ago(lastMs)], now }).state
    expect(at(11 * minute)).toBe('ok')
    expect(at(13 * minute)).toBe('late')
  })

  it('never started says so, but not in its first minutes', () => {
    const firing = (installedAt: Date, before: Date[] = []): ReturnType<typeof firingOf> =>
      firingOf({ everyMs: 5 * minute, installedAt, ticks: before, now })
    expect(firing(ago(minute)).state).toBe('ok')
    expect(firing(ago(hour))).toMatchObject({
      state: 'never',
      because: 'it should start every 5 minutes, and has not once since it was installed, 1 hour ago',
    })
    // What an earlier timer did says nothing of this one.
    expect(firing(ago(hour), [ago(2 * hour)]).state).toBe('never')
  })

  it('tells of the longest pause in the last week', () => {
    const all = [...ticks(9 * 24 * hour, 30 * hour), ...ticks(20 * hour)]
    const firing = firingOf({ everyMs: 5 * minute, installedAt: ago(20 * 24 * hour), ticks: all, now })
    expect(firing).toMatchObject({ state: 'ok', expected: 7 * 24 * 12 })
    expect(firing.longestSilence).toEqual({
      from: ago(30 * hour).toISOString(),
      to: ago(20 * hour).toISOString(),
      ms: 10 * hour,
    })
    expect(firing.fired).toBeLessThan(firing.expected)
  })
})
