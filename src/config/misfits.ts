import { expectUnsiloError } from '../errors.ts'
import { folderMisfits } from '../source/folder/misfits.ts'
import { type Misfit, isCompressed } from '../source/misfit.ts'
import { postgresMisfits } from '../source/postgres/misfits.ts'
import { drainMisfits } from '../source/rest/drain-misfits.ts'
import { formatDuration, parseDuration } from '../system/duration.ts'
import { thinMisfits } from '../view/thin/misfits.ts'
import { isTable } from './values.ts'
import { misfitsInPublishViews, misfitsInViews } from './views.ts'

/** Keys of a dataset, as written or as checked: any value may still be of another type than it should be. */
type WrittenKeys = Readonly<Record<string, unknown>>

/** What does not go together in a dataset, or is of no use in it. */
export function misfitsIn(values: WrittenKeys): Misfit[] {
  const { source } = values
  const ofViews = [
    ...tooShortAge(values),
    ...misfitsInViews(values),
    ...misfitsInPublishViews(values),
    ...thinMisfits(values),
    ...besidePack(values),
  ]
  if (source === undefined)
    return [...ofViews, ...(hasText(values['cmd']) ? [] : withoutCommand(values, ['stdout', 'compress']))]
  return [
    ...ofViews,
    ...besideSource(values),
    ...(isTable(source) ? sourceMisfits(source, values) : []),
    ...(hasText(values['cmd']) ? [] : withoutCommand(values, ['stdout'])),
  ]
}

/** With it, the newest parcel would be too old each time before the next one is even due. */
function tooShortAge({ interval, max_age: maxAge }: WrittenKeys): Misfit[] {
  const [intervalMs, maxAgeMs] = [durationIn(interval), durationIn(maxAge)]
  if (intervalMs === undefined || maxAgeMs === undefined || maxAgeMs >= intervalMs) return []
  const message = `is shorter than the interval (${formatDuration(intervalMs)}): the dataset would be late before each export`
  const hint = `Make it longer than the interval, or leave it out: an interval and a quarter. Or shorten the interval.`
  return [{ path: ['max_age'], message, hint }]
}

/** A duration as text, or in ms once it was read; `undefined` for what is none. */
function durationIn(value: unknown): number | undefined {
  // No unit is shorter than a second: a smaller number is one that somebody wrote without its unit.
  if (typeof value === 'number') return value >= 1000 ? value : undefined
  if (typeof value !== 'string') return undefined
  try {
    return parseDuration(value)
  } catch (error) {
    expectUnsiloError(error)
    return undefined
  }
}

function besidePack({ pack, compress }: WrittenKeys): Misfit[] {
  if (pack === undefined || !isCompressed({ compress })) return []
  const message = 'gains nothing with `compress`: what is compressed one by one has nothing in common any more'
  return [{ path: ['pack'], message, hint: 'Remove `compress`: packs are far smaller than compressed parcels.' }]
}

function besideSource({ cmd, guard }: WrittenKeys): Misfit[] {
  const found: Misfit[] = []
  if (hasText(cmd)) found.push({ path: ['cmd'], message: 'has no use beside `source`', hint: 'Remove one of the two.' })
  if (isTable(guard) && guard['require'] !== undefined) {
    const message = 'has no use with `source`, which checks each answer itself'
    found.push({ path: ['guard', 'require'], message, hint: 'Remove it.' })
  }
  return found
}

/** Each kind knows itself what it cannot be combined with. */
function sourceMisfits(source: WrittenKeys, around: WrittenKeys): Misfit[] {
  switch (source['kind']) {
    case 'rest':
      return drainMisfits(source, around)
    case 'folder':
      return folderMisfits(around)
    case 'postgres':
      return postgresMisfits(source, around)
    default:
      return []
  }
}

function withoutCommand(values: WrittenKeys, needed: readonly string[]): Misfit[] {
  const { returncodes_ok: statuses } = values
  const found: Misfit[] = []
  const message = 'has no use without `cmd`'
  if (Array.isArray(statuses) && statuses.length > 0) {
    found.push({ path: ['returncodes_ok'], message, hint: 'Add the command, or remove it.' })
  }
  for (const key of needed) {
    if (values[key] === undefined || values[key] === 'none') continue
    found.push({ path: [key], message, hint: 'Add the command whose output it is about, or remove it.' })
  }
  return found
}

/** An empty command is none, as in export_manager. */
export function hasText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
