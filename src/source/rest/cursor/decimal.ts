/** A decimal number of any size: `units` / 10 ^ `scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const decimal = /^([+-]?)(\d+)(?:\.(\d+))?$/

/** Reads digits, as in `-12.50`; `undefined` for anything else. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = decimal.exec(text)
  if (match === null) return undefined
  const [, sign, whole, fraction = ''] = match
  const units = BigInt(whole! + fraction)
  return { units: sign === '-' ? -units : units, scale: fraction.length }
}

/**
 * The decimal of a JSON number; `undefined` for one that is not finite.
 *
 * JSON.parse rounds whole numbers beyond 2^53. For these it is the smallest that may have stood there: a mark that lies a
 * little too low costs records that are read twice, one that lies too high would leave some out.
 */
export function decimalOf(value: number | bigint): Decimal | undefined {
  if (typeof value === 'bigint') return { units: value, scale: 0 }
  if (!Number.isFinite(value)) return undefined
  if (Number.isSafeInteger(value)) return { units: BigInt(value), scale: 0 }
  if (Number.isInteger(value)) return { units: BigInt(value) - spacing(value), scale: 0 }
  // Only very small ones are written with an exponent.
  return parseDecimal(String(value)) ?? parseDecimal(value.toFixed(20))
}

/** How far apart doubles of this size are, and so at least how far one may be from what was written. */
function spacing(value: number): bigint {
  return 2n ** BigInt(Math.max(0, Math.floor(Math.log2(Math.abs(value))) - 52))
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const left = a.units * 10n ** BigInt(scale - a.scale)
  const right = b.units * 10n ** BigInt(scale - b.scale)
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** In whole ms, rounded down, of a decimal number of seconds. */
export function secondsToMs({ units, scale }: Decimal): number {
  const scaled = units * 1000n
  const divisor = 10n ** BigInt(scale)
  const floor = scaled / divisor
  return Number(scaled % divisor < 0n ? floor - 1n : floor)
}
