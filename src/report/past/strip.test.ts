import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Attempt, type IsLate, type StripInput, dayStates } from './strip.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = new Date('2026-03-31T12:00:00Z')
const daily: IsLate = (newest, at) => newest === undefined || at.getTime() - newest.getTime() > 30 * hourMs

function strip(attempts: readonly [time: string, state: Attempt['state']][], more: Partial<StripInput> = {}): string[] {
  const input = { attempts: attempts.map(([time, state]) => ({ at: new Date(time), state })), gaps: [], now, days: 5 }
  return dayStates({ ...input, ...more }, daily).map(({ state }) => state)
}

const attempt = fc.record({
  at: fc
    .date({ min: new Date('2025-11-01T00:00:00Z'), max: new Date('2026-04-02T00:00:00Z'), noInvalidDate: true })
    .map((at) => new Date(at)),
  state: fc.constantFrom('good' as const, 'suspect' as const, 'failed' as const),
})
const times = fc.array(attempt, { maxLength: 60 })

describe('the days of a strip', () => {
  it('are nothing before the first attempt, then the best of what was made', () => {
    expect(
      strip([
        ['2026-03-29T06:00:00Z', 'good'],
        ['2026-03-29T05:00:00Z', 'failed'],
        ['2026-03-30T05:00:00Z', 'failed'],
        ['2026-03-30T09:00:00Z', 'suspect'],
        ['2026-03-31T09:00:00Z', 'failed'],
      ]),
    ).toEqual(['none', 'none', 'good', 'suspect', 'failed'])
  })

  it('are late once the newest copy is too old at their end, and quiet until then', () => {
    expect(strip([['2026-03-28T23:00:00Z', 'good']])).toEqual(['none', 'good', 'quiet', 'late', 'late'])
  })

  it('know a copy from before the strip', () => {
    expect(strip([['2026-03-26T23:00:00Z', 'good']])).toEqual(['quiet', 'late', 'late', 'late', 'late'])
  })

  it('show a loss of data, whatever else came that day', () => {
    const lost = { gaps: [new Date('2026-03-30T06:00:00Z')] }
    expect(
      strip(
        [
          ['2026-03-29T06:00:00Z', 'good'],
          ['2026-03-30T06:00:00Z', 'good'],
        ],
        lost,
      ),
    ).toEqual(['none', 'none', 'good', 'gap', 'quiet'])
  })

  it('count what is ahead of the clock for nothing', () => {
    expect(strip([['2026-03-31T18:00:00Z', 'good']])).toEqual(['none', 'none', 'none', 'none', 'none'])
  })

  it('are ninety in a row, whatever happened, and count each attempt of that time once', () => {
    fc.assert(
      fc.property(times, (attempts) => {
        const days = dayStates({ attempts, gaps: [], now }, daily)
        expect(days).toHaveLength(90)
        expect(days.at(-1)!.day).toBe('2026-03-31')
        for (const [index, { day }] of days.entries()) {
          if (index > 0) expect(Date.parse(day) - Date.parse(days[index - 1]!.day)).toBe(dayMs)
        }
        const first = Date.parse(days[0]!.day)
        const within = attempts.filter(({ at }) => at.getTime() >= first && at <= now)
        expect(days.reduce((sum, { good, suspect, failed }) => sum + good + suspect + failed, 0)).toBe(within.length)
      }),
    )
  })

  it('do not depend on the order of attempts', () => {
    fc.assert(
      fc.property(times, (attempts) => {
        const reversed = [...attempts].reverse()
        expect(dayStates({ attempts: reversed, gaps: [], now }, daily)).toEqual(
          dayStates({ attempts, gaps: [], now }, daily),
        )
      }),
    )
  })

  it('never get worse by one more good copy', () => {
    fc.assert(
      fc.property(times, attempt, (attempts, more) => {
        const before = dayStates({ attempts, gaps: [], now }, daily)
        const after = dayStates({ attempts: [...attempts, { ...more, state: 'good' }], gaps: [], now }, daily)
        const begun = (state: string): boolean => state !== 'none'
        after.forEach(({ state }, index) => {
          const was = before[index]!.state
          // Where nothing was known before, the new copy may have grown too old.
          if (begun(was)) expect(['good', was, 'quiet']).toContain(state)
        })
      }),
    )
  })
})
