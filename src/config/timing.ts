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
  for (const [key, error] of failuresOf(keys)) {
    context.addIssue({ code: 'custom', path: [key], message: error.message, params: { hint: error.hint } })
  }
}

/** What is wrong with each key alone; when nothing is, what is wrong with them together. */
function failuresOf(keys: ScheduleKeys): [keyof ScheduleKeys, UnsiloError][] {
  const failures: [keyof ScheduleKeys, UnsiloError][] = []
  for (const key of ['interval', 'schedule', 'timezone'] as const) {
    const error = failureOf({ [key]: keys[key] })
    if (error !== undefined) failures.push([key, error])
  }
  if (failures.length > 0) return failures
  const together = failureOf(keys)
  return together === undefined ? [] : [['schedule', together]]
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
