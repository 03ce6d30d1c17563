import { InvalidArgumentError } from 'commander'

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
