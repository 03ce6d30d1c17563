import * as z from 'zod'
import { durationText } from '../system/schema.ts'
import { type CalendarUnit, calendarUnits } from './calendar.ts'

const count = z.int().min(0).optional()

const rules = {
  last: count.describe('Keep the newest so many parcels.'),
  hourly: count.describe('Keep the newest parcel of each of the newest so many hours that have one.'),
  daily: count.describe('Keep the newest parcel of each of the newest so many days that have one.'),
  weekly: count.describe('Keep the newest parcel of each of the newest so many weeks that have one.'),
  monthly: count.describe('Keep the newest parcel of each of the newest so many months that have one.'),
  yearly: count.describe('Keep the newest parcel of each of the newest so many years that have one.'),
  within: durationText.optional().describe('Keep parcels that are at most so much older than the newest: "30 days".'),
  min: z.int().min(1).optional().describe('Keep at least so many, whatever the other rules say; default: 3.'),
}

const hasNoRule = {
  error: 'says nothing about what to keep',
  params: {
    hint: `Set at least one of last, ${calendarUnits.join(', ')} and within; leave \`keep\` out to keep all.`,
  },
}
const keepCount = z.int().min(0)

/** How many to keep: a number, or a table of rules that each keep some; 0 keeps all, as in export_manager. */
export const keepConfig = z.union([keepCount, z.strictObject(rules).refine(hasRule, hasNoRule)])

/** `keep` of a dataset's configuration. */
export const datasetKeepConfig = z.union([
  keepCount,
  z
    .strictObject({
      ...rules,
      warn: z
        .boolean()
        .default(true)
        .describe('Warns when a parcel is removed that is the only one with some version of an item of a view.'),
    })
    .refine(hasRule, hasNoRule),
])
export type KeepConfig = z.output<typeof keepConfig>

/** Which good parcels to keep, with nothing left to fill in; a rule that is 0 keeps none. */
export interface RetentionPolicy extends Record<CalendarUnit, number> {
  last: number
  /** Counted back from the newest good parcel. */
  withinMs: number
  /** The newest so many good parcels are kept whatever the rules say; 1 or more. */
  min: number
  /** Of the calendar that days and weeks are counted by; `undefined`: the machine's. */
  timezone: string | undefined
}

const defaultMin = 3

/** @param config Not 0, which is no policy at all. */
export function retentionPolicy(config: KeepConfig, timezone: string | undefined): RetentionPolicy {
  const keep = typeof config === 'number' ? { last: config } : config
  const { last = 0, hourly = 0, daily = 0, weekly = 0, monthly = 0, yearly = 0, within: withinMs = 0 } = keep
  const min = keep.min ?? (last === 0 ? defaultMin : Math.min(defaultMin, last))
  return { last, hourly, daily, weekly, monthly, yearly, withinMs, min, timezone }
}

function hasRule({
  last = 0,
  within = 0,
  ...rest
}: Partial<Record<CalendarUnit | 'last' | 'within', number>>): boolean {
  return last > 0 || within > 0 || calendarUnits.some((unit) => (rest[unit] ?? 0) > 0)
}
