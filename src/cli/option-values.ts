import { InvalidArgumentError } from 'commander'
import { UnsiloError } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'

export function positiveInteger(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of 1 or more.')
}

/** A percentage as a share: 0.05. */
export function share(text: string): number {
  const percent = /^\d{1,3}(?:\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) : 0
  if (percent > 0 && percent <= 100) return percent / 100
  throw new InvalidArgumentError('It must be a percentage of more than 0% and up to 100%, as in 5%.')
}

/** An option that can be given more than once. */
export function collected(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

/** A duration, in ms. */
export function duration(text: string): number {
  try {
    const ms = parseDuration(text)
    if (ms > 0) return ms
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    throw new InvalidArgumentError(`${error.message}. ${error.hint ?? ''}`)
  }
  throw new InvalidArgumentError('It must be longer than nothing.')
}
