import { UnsiloError } from '../errors.ts'
import { parseDuration } from './duration.ts'

/** Waits between tries: the first, and the longest that it grows to. */
export interface Backoff {
  firstMs: number
  longestMs: number
}

/** Waits between tries of one export: 1 s, 2 s, 4 s … 60 s, each shortened by up to half. */
export const exportBackoff: Backoff = { firstMs: 1000, longestMs: 60_000 }

/**
 * How long to wait before the next try, in ms. The wait doubles with each try up to the longest; jitter spreads
 * programs that failed together, so that they do not all come back at once.
 *
 * @param failures How many tries have failed so far, 1 or more.
 * @param random From 0 to 1: 0 gives half of the wait, 1 the whole.
 */
export function backoffMs(failures: number, random: number, backoff: Backoff = exportBackoff): number {
  const whole = Math.min(backoff.longestMs, backoff.firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(whole / 2 + (whole / 2) * random)
}

/** Reads `1s..5m`: the first wait and the longest. One duration alone is both. @throws UnsiloError `config` */
export function parseBackoff(text: string): Backoff {
  const [first = '', last = first, ...more] = text.split('..')
  const backoff = { firstMs: parseDuration(first), longestMs: parseDuration(last) }
  if (more.length === 0 && backoff.firstMs <= backoff.longestMs) return backoff
  throw new UnsiloError('config', `"${text}" is not a pair of waits`, {
    hint: 'Write the first and the longest, like "1s..5m".',
  })
}
