import { UnsiloError } from '../../errors.ts'
import type { BadItem } from '../item.ts'

/**
 * What says nothing about the parcel: another attempt, or another machine, reads it. What is told as a bad item is remembered for as
 * long as the parcel stays what it is.
 */
const notOfContent = new Set(['cancelled', 'missing-program', 'no-space', 'io', 'not-permitted', 'busy'])

/** What is wrong with a file. @throws `error` when that is not what it tells of */
export function badFile(error: unknown, file: string, signal: AbortSignal): BadItem {
  signal.throwIfAborted()
  if (!(error instanceof UnsiloError) || notOfContent.has(error.code)) throw error
  return { problem: error.message, file }
}
