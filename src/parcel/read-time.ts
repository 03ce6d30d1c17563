import { UnsiloError } from '../errors.ts'

/**
 * Reads a time as people write it, in UTC where it has no zone; also a parcel id.
 *
 * @param day What a day alone means: its first second, or its last.
 * @throws UnsiloError `usage`
 */
export function readTime(text: string, day: 'start' | 'end'): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const full = isDay ? `${text}T${day === 'start' ? '00:00:00' : '23:59:59.999'}Z` : text
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(full) ? full : `${full}Z`
  const extended = zoned.replace(/^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z$/, '$1:$2:$3Z').replace(' ', 'T')
  const time = new Date(extended)
  if (!Number.isNaN(time.getTime())) return time
  throw new UnsiloError('usage', `"${text}" is no time`, {
    hint: 'Write it like 2026-03-01, 2026-03-01T18:00Z or 2026-03-01T180000Z (a parcel id); it is in UTC.',
  })
}
