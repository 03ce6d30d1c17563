import { UnsiloError } from '../errors.ts'

/**
 * The name of the time zone that is meant; none: the machine's.
 *
 * @throws UnsiloError `config` when this Node.js does not know it.
 */
export function timezoneOf(name?: string): string {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    // Intl may answer with an older name of the same zone (Asia/Calcutta); a person's own is kept.
    return name ?? timeZone
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UnsiloError('config', `"${name}" is not a known time zone`, {
      hint: 'Write it like "Europe/Berlin", "America/New_York" or "UTC".',
      cause: error,
    })
  }
}
