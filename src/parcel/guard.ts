import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy, sizeValue } from '../system/schema.ts'
import { saySize } from '../system/size.ts'

/** `[guard]` of a dataset's configuration. */
export const guardConfig = z.strictObject({
  min_bytes: sizeValue.optional().describe('A smaller parcel is suspect: a number of bytes, or "10 MB".'),
  min_files: z.int().min(0).optional().describe('A parcel of fewer files is suspect.'),
  max_shrink: z
    .string()
    .transform(parsedBy(parseShrink))
    .prefault('50%')
    .describe('A parcel that is smaller by more, measured against the median of the last ten, is suspect; or "off".'),
  require: z
    .string()
    .transform(parsedBy(parseExtension))
    .optional()
    .describe('What the parcel must parse as, by its extension, whatever its name: "json".'),
})
/** Checked and complete; `max_shrink` is a fraction, and 1 lets a parcel shrink as it likes. */
export type GuardLimits = z.output<typeof guardConfig>

// With fewer, a median says little; with more, it would remember sizes that a dataset has long grown out of.
const leastRecent = 5
const mostRecent = 10

/**
 * Says what makes a whole parcel implausible, one sentence each; none when it is good.
 *
 * @param recent The good parcels of the same format before it, newest last.
 */
export function doubts(
  parcel: { bytes: number; files: number },
  recent: readonly { bytes: number }[],
  guard: GuardLimits,
): string[] {
  const found: string[] = []
  const { min_bytes: minBytes, min_files: minFiles } = guard
  if (minBytes !== undefined && parcel.bytes < minBytes) {
    found.push(`${saySize(parcel.bytes)} is less than the ${saySize(minBytes)} that min_bytes asks for`)
  }
  if (minFiles !== undefined && parcel.files < minFiles) {
    found.push(
      `${parcel.files} file${parcel.files === 1 ? ' is' : 's are'} fewer than the ${minFiles} that min_files asks for`,
    )
  }
  const shrink = shrinkDoubt(parcel.bytes, recent.slice(-mostRecent), guard.max_shrink)
  return shrink === undefined ? found : [...found, shrink]
}

/**
 * Says which streams lost their records: all of them since the last parcel that tells, or more than `max_shrink` allows.
 *
 * @param records By stream; only those that were asked for as a whole can be compared.
 * @param recent The good parcels before it, newest last.
 */
export function recordDoubts(
  records: Readonly<Record<string, number>>,
  recent: readonly { records?: Record<string, number> | undefined }[],
  guard: Pick<GuardLimits, 'max_shrink'>,
): string[] {
  if (guard.max_shrink === 1) return []
  return Object.entries(records).flatMap(([stream, count]) => {
    const earlier = recent.flatMap(({ records: counts }) => counts?.[stream] ?? [])
    const last = earlier.at(-1) ?? 0
    if (count === 0 && last > 0) return [`${stream} has no records, and had ${last} in the last good parcel`]
    if (earlier.length < leastRecent) return []
    const usual = median(earlier.slice(-mostRecent))
    if (count >= usual * (1 - guard.max_shrink)) return []
    const shrink = sayPercent((usual - count) / usual)
    return [
      `${stream} has ${count} records, ${shrink} less than the median of the last ${earlier.length} (${usual}); ` +
        `max_shrink allows ${sayPercent(guard.max_shrink)}`,
    ]
  })
}

function shrinkDoubt(bytes: number, recent: readonly { bytes: number }[], allowed: number): string | undefined {
  if (recent.length < leastRecent) return undefined
  const usual = median(recent.map((parcel) => parcel.bytes))
  if (bytes >= usual * (1 - allowed)) return undefined
  const shrink = sayPercent((usual - bytes) / usual)
  return (
    `${saySize(bytes)} is ${shrink} less than the median of the last ${recent.length} good parcels ` +
    `(${saySize(usual)}); max_shrink allows ${sayPercent(allowed)}`
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

function sayPercent(fraction: number): string {
  return `${Math.round(fraction * 1000) / 10} %`
}

function parseShrink(text: string): number {
  if (text.trim() === 'off') return 1
  const percent = Number(/^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)?.[1])
  if (percent <= 100) return percent / 100
  throw new UnsiloError('config', `"${text}" is not a percentage`, { hint: 'Write it like "50%", or "off".' })
}

function parseExtension(text: string): string {
  if (/^[a-z0-9]+(?:\.[a-z0-9]+)*$/i.test(text)) return text.toLowerCase()
  throw new UnsiloError('config', `"${text}" is not an extension`, { hint: 'Write it like "json", without the dot.' })
}
