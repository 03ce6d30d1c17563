import { UnsiloError } from '../../errors.ts'
import type { BadItem } from '../item.ts'

/** What says nothing about the parcel: another attempt, or another machine, reads it. */
const notOfContent = new Set(['cancelled', 'missing-program', 'no-space'])

/** What is wrong with a file. @throws `error` when that is not what it tells of */
export function badFile(error: unknown, file: string, signal: AbortSignal): BadItem {
  signal.throwIfAborted()
  if (!(error instanceof UnsiloError) || notOfContent.has(error.code)) throw error
  return { problem: error.message, file }
}
