import { sayDuration } from '../../../system/duration.ts'
import type { CursorConfig } from '../cursor.ts'
import { markMs, readMark } from './mark.ts'

export interface ModeInputs {
  cursor?: Pick<CursorConfig, 'as' | 'start'> | undefined
  /** Without a cursor: does the stream stop at records that earlier exports hold? */
  stops?: boolean
  fullEveryMs?: number | undefined
  /** How long the server keeps what a cursor older than this would have to ask for. */
  retentionMs?: number | undefined
  previous?:
    | {
        cursor?: string | undefined
        /** When the newest full export began. */
        fullAt?: string | undefined
        /** When the export that gave the cursor began: its age, if the cursor is no time. */
        at?: string | undefined
      }
    | undefined
  now: Date
}

export interface Mode {
  mode: 'full' | 'incremental'
  /** What the cursor's parameter is sent as; `undefined`: it is not sent. */
  from: string | undefined
  /** Why, as the end of a sentence: "full, because …". */
  because: string
}

/** Decides whether a stream is exported whole or from its mark on. In doubt, whole. */
export function modeOf(inputs: ModeInputs): Mode {
  const { cursor, previous } = inputs
  if (cursor === undefined) return withoutCursor(inputs)
  const full = (because: string): Mode => ({ mode: 'full', from: cursor.start, because })
  if (previous?.cursor === undefined) return full('there is no mark of an earlier export')
  const mark = readMark(cursor.as, previous.cursor)
  if (mark === undefined) return full(`the earlier mark is none of as = "${cursor.as}"`)
  const due = fullDue(inputs) ?? expired(inputs, markMs(cursor.as, mark))
  return due === undefined
    ? { mode: 'incremental', from: mark.text, because: 'there is a mark of an earlier export' }
    : full(due)
}

/** A stream that stops at what is known needs no mark, but an earlier export. */
function withoutCursor(inputs: ModeInputs): Mode {
  const { stops = false, previous } = inputs
  const whole = (because: string): Mode => ({ mode: 'full', from: undefined, because })
  if (!stops) return whole('every export of this stream is a full one')
  if (previous?.at === undefined) return whole('there is no earlier export')
  const due = fullDue(inputs) ?? expired(inputs, undefined)
  return due === undefined
    ? { mode: 'incremental', from: undefined, because: 'there is an earlier export' }
    : whole(due)
}

function fullDue({ fullEveryMs, previous, now }: ModeInputs): string | undefined {
  if (fullEveryMs === undefined) return undefined
  const ageMs = now.getTime() - Date.parse(previous?.fullAt ?? '')
  if (Number.isNaN(ageMs)) return 'no full export is known'
  if (ageMs < 0) return 'the last full export lies in the future'
  return ageMs < fullEveryMs ? undefined : `the last full export is ${sayDuration(ageMs)} old`
}

function expired({ retentionMs, previous, now }: ModeInputs, cursorMs: number | undefined): string | undefined {
  const ageMs = now.getTime() - (cursorMs ?? Date.parse(previous?.at ?? ''))
  // No mark lies after the start of its run: the clock was wrong then, or is now.
  if (ageMs < 0) return 'the earlier mark lies in the future'
  if (retentionMs === undefined) return undefined
  if (Number.isNaN(ageMs)) return 'the age of the earlier mark is not known'
  return ageMs <= retentionMs
    ? undefined
    : `the earlier mark is ${sayDuration(ageMs)} old, and the server keeps ${sayDuration(retentionMs)}`
}
