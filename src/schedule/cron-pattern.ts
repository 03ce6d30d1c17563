import { UnsiloError } from '../errors.ts'

interface Field {
  name: string
  least: number
  most: number
  /** Names of the values, from `least` on. */
  words?: readonly string[]
  /** What may stand there besides numbers, ranges and steps. */
  special?: RegExp
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31, special: /^l$/ },
  { name: 'month', least: 1, most: 12, words: months },
  { name: 'day of week', least: 0, most: 7, words: weekdays, special: /^(?:[0-7]|[a-z]{3})(?:#[1-5]|l)$/ },
]
const nicknames = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Holds a pattern against crontab's five fields, with `L` (last day of the month), `FRI#2` (second Friday) and `FRIL`
 * (last Friday). What passes is understood by croner, and comes round again and again. It is checked here and not by
 * croner, so that reading a configuration does not load croner, and so that the message names the field.
 *
 * @throws UnsiloError `config`
 */
export function checkCronPattern(pattern: string): void {
  const plain = pattern.trim().toLowerCase()
  if (nicknames.includes(plain)) return
  if (plain.startsWith('@')) throw notASchedule(pattern, `the names are ${nicknames.join(', ')}`)
  const parts = plain.match(/\S+/g) ?? []
  if (parts.length !== fields.length) {
    throw notASchedule(pattern, `it has ${parts.length} field${parts.length === 1 ? '' : 's'}, not 5`)
  }
  try {
    const [, , days, months] = fields.map((field, index) => valuesOf(field, parts[index]!))
    // With a day of the week, one of the two is enough.
    if (parts[4] !== '*') return
    const firstDay = Math.min(...days!)
    if (months!.some((month) => firstDay <= longestMonths[month - 1]!)) return
    throw new FieldProblem(`day ${firstDay} is in none of its months`)
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error
    throw notASchedule(pattern, error.message)
  }
}

class FieldProblem extends Error {}

/** The values that a field names. Something special counts as the least value, which every month and week has. */
function valuesOf(field: Field, text: string): number[] {
  return text.split(',').flatMap((item) => itemValues(field, item))
}

function itemValues(field: Field, item: string): number[] {
  const match = /^(?:(?<all>\*)|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/.exec(item)
  const { all, from, to, step } = match?.groups ?? {}
  if (isSpecial(field, item)) return [field.least]
  if (match === null) throw new FieldProblem(`"${item}" is not a valid ${field.name}`)
  const most = field.words === weekdays ? 6 : field.most
  const [first, last] = all === undefined ? rangeOf(field, from!, to) : [field.least, most]
  if (step === undefined) return range(first, last, 1)
  if (all === undefined && to === undefined) {
    throw new FieldProblem(`"${item}" has a step but no range; write "${from}-${most}/${step}"`)
  }
  const longestStep = most - field.least + 1
  if (Number(step) < 1 || Number(step) > longestStep) {
    throw new FieldProblem(`the step of "${item}" is not between 1 and ${longestStep}`)
  }
  return range(first, last, Number(step))
}

function isSpecial(field: Field, item: string): boolean {
  if (field.special?.test(item) !== true) return false
  return field.words === undefined || /^\d/.test(item) || field.words.includes(item.slice(0, 3))
}

function rangeOf(field: Field, from: string, to: string | undefined): [number, number] {
  const first = valueOf(field, from, field.words?.indexOf(from))
  if (to === undefined) return [first, first]
  // Sunday is 7 at the end of a range, as in FRI-SUN.
  const last = valueOf(field, to, field.words?.lastIndexOf(to))
  if (first <= last) return [first, last]
  throw new FieldProblem(`"${from}-${to}" runs backwards; write it as two ranges with a comma`)
}

function valueOf(field: Field, text: string, word: number | undefined): number {
  if (word !== undefined && word >= 0) return field.least + word
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= field.least && value <= field.most) return value
  if (Number.isNaN(value)) throw new FieldProblem(`"${text}" is not a valid ${field.name}`)
  throw new FieldProblem(`${field.name} ${text} is not between ${field.least} and ${field.most}`)
}

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)
}

function notASchedule(pattern: string, why: string): UnsiloError {
  return new UnsiloError('config', `"${pattern}" is not a schedule: ${why}`, {
    hint: 'Write five fields: minute, hour, day of month, month, day of week; as in "0 3 * * *" for 03:00 every day.',
  })
}
