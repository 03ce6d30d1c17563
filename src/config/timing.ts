import type * as z from 'zod'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { type ScheduleKeys, scheduleOf } from '../schedule/schedule.ts'

/** A schema's check of the keys that only together say when exports are due. Values may be of any type. */
export function checkTiming(values: Partial<Record<keyof ScheduleKeys, unknown>>, context: z.RefinementCtx): void {
  const keys = {
    interval: textOf(values.interval),
    schedule: textOf(values.schedule),
    timezone: textOf(values.timezone),
  }
  const error = failureOf(keys)
  if (error === undefined) return
  context.addIssue({ code: 'custom', path: [keyAtFault(keys)], message: error.message, params: { hint: error.hint } })
}

function keyAtFault(keys: ScheduleKeys): keyof ScheduleKeys {
  if (failureOf({ ...keys, timezone: undefined }) === undefined) return 'timezone'
  return keys.schedule === undefined ? 'interval' : 'schedule'
}

function failureOf(keys: ScheduleKeys): UnsiloError | undefined {
  try {
    scheduleOf(keys)
    return undefined
  } catch (error) {
    return expectUnsiloError(error)
  }
}

/** `undefined` for what is not text: the key's own type check reports that. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
