import type { Decimal } from './decimal.ts'

// RFC 3339, and what servers write instead: a blank for the T, no zone (taken as UTC), +0200, a date alone (its midnight).
const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/

/** Reads a time, exactly: seconds since 1970, with as many digits after the point as it has. */
export function parseInstant(text: string): Decimal | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0))
  const [fraction = '', zone = 'Z'] = [match[7], match[8]]
  // A leap second is the first of the next minute, as POSIX counts.
  if (hour! > 23 || minute! > 59 || second! > 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day)
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return undefined
  const seconds = date.getTime() / 1000 + hour! * 3600 + minute! * 60 + second! - zoneSeconds(zone)
  return { units: BigInt(seconds) * 10n ** BigInt(fraction.length) + BigInt(fraction), scale: fraction.length }
}

function zoneSeconds(zone: string): number {
  if (/^[zug]/i.test(zone)) return 0
  const digits = zone.replace(':', '').padEnd(5, '0')
  const seconds = Number(digits.slice(1, 3)) * 3600 + Number(digits.slice(3)) * 60
  return zone.startsWith('-') ? -seconds : seconds
}

/**
 * Writes a time the way a server writes its own: a date alone, without fractions, without a zone; else ISO 8601 with a Z.
 * What the form cannot hold is rounded down.
 */
export function writeInstantLike(sample: string, ms: number): string {
  const [, , , , hour, , , fraction, zone] = form.exec(sample) ?? []
  const iso = new Date(ms).toISOString()
  if (/^\d{4}-\d\d-\d\d$/.test(sample)) return iso.slice(0, 10)
  if (hour === undefined) return iso
  const text = (fraction === undefined ? iso.slice(0, 19) : iso.slice(0, 23)) + (zone === undefined ? '' : 'Z')
  return sample.charAt(10) === ' ' ? text.replace('T', ' ') : text
}
