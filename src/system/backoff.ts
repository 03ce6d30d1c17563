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
