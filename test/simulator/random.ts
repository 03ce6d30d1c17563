/** Random numbers from a seed: the same seed gives the same numbers on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  fraction(): number
  /** From `low` to `high`, both included. */
  integer(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** As `pick`, but the first elements far more often than the last, as words and names are used. */
  favour<T>(list: readonly T[]): T
  /** Waiting time until the next of events that come independently, `rate` per unit of time. */
  waiting(rate: number): number
  /** A size as sizes are in the wild: half are below `median`, a few far above. */
  size(median: number): number
}

/** The generator is sfc32 (PractRand), warmed up so that neighbouring seeds share nothing. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0
  let b = 0x243f6a88 | 0
  let c = 0xb7e15162 | 0
  let counter = seed | 0
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  for (let round = 0; round < 20; round++) next()

  const fraction = (): number => next() / 2 ** 32
  return {
    fraction,
    integer: (low, high) => low + Math.floor(fraction() * (high - low + 1)),
    chance: (probability) => fraction() < probability,
    pick: <T>(list: readonly T[]) => list[Math.floor(fraction() * list.length)]!,
    favour: <T>(list: readonly T[]) => list[Math.floor(fraction() ** 2.5 * list.length)]!,
    waiting: (rate) => -Math.log(1 - fraction()) / rate,
    size: (median) => {
      const normal = Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction())
      return Math.max(1, Math.round(median * Math.exp(normal)))
    },
  }
}
