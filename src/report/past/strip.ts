import { dayMs } from '../../system/duration.ts'

/**
 * - `none`: before the first attempt that is known.
 * - `quiet`: nothing was made, and the newest copy was young enough.
 * - `good`, `suspect`, `failed`: the best that was made that day.
 * - `late`: nothing was made, and the newest copy was too old, at the end of the day.
 * - `gap`: data was lost between two parcels, the later of which came that day.
 */
export type DayState = 'none' | 'quiet' | 'good' | 'suspect' | 'failed' | 'late' | 'gap'

export interface Attempt {
  at: Date
  state: 'good' | 'suspect' | 'failed'
}

export interface Day {
  /** In UTC: `2026-03-01`. */
  day: string
  state: DayState
  /** How much was made, whatever `state` says. */
  good: number
  suspect: number
  failed: number
}

export interface StripInput {
  /** In any order, those before the strip too. */
  attempts: readonly Attempt[]
  /** Times of the parcels before which data was lost. */
  gaps: readonly Date[]
  now: Date
  days?: number
}

/** Whether a copy of that time was too old at another; `undefined`: there was none. */
export type IsLate = (newestGood: Date | undefined, at: Date) => boolean

/** What became of each of the last days, the oldest first; the last one is today, as far as it has come. */
export function dayStates({ attempts, gaps, now, days = 90 }: StripInput, isLate: IsLate): Day[] {
  const today = startOfDay(now)
  const first = today - (days - 1) * dayMs
  const known = attempts.filter(({ at }) => at <= now)
  const strip = Array.from({ length: days }, (_, index): Day => {
    const day = new Date(first + index * dayMs).toISOString().slice(0, 10)
    return { day, state: 'none', good: 0, suspect: 0, failed: 0 }
  })
  const dayOf = (at: Date): Day | undefined => strip[Math.floor((at.getTime() - first) / dayMs)]
  for (const { at, state } of known) {
    const day = dayOf(at)
    if (day !== undefined) day[state]++
  }
  const lost = new Set(gaps.filter((at) => at <= now).map(dayOf))
  const goodTimes = known.filter(({ state }) => state === 'good').map(({ at }) => at.getTime())
  goodTimes.sort((a, b) => a - b)
  const begin = known.reduce((least, { at }) => Math.min(least, at.getTime()), Infinity)
  let next = 0
  strip.forEach((day, index) => {
    const end = Math.min(first + (index + 1) * dayMs - 1, now.getTime())
    while (next < goodTimes.length && goodTimes[next]! <= end) next++
    const newest = next === 0 ? undefined : new Date(goodTimes[next - 1]!)
    if (begin <= end) day.state = lost.has(day) ? 'gap' : stateOf(day, () => isLate(newest, new Date(end)))
  })
  return strip
}

function stateOf({ good, suspect, failed }: Day, isLate: () => boolean): DayState {
  if (good > 0) return 'good'
  if (suspect > 0) return 'suspect'
  if (failed > 0) return 'failed'
  return isLate() ? 'late' : 'quiet'
}

function startOfDay(time: Date): number {
  return Math.floor(time.getTime() / dayMs) * dayMs
}
