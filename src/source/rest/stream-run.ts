import type { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import type { EarlierParcel } from '../source.ts'
import { type GroupMarker, createGroupMarks } from './cursor/group-marks.ts'
import { type HighWater, createHighWater } from './cursor/high-water.ts'
import { modeOf } from './cursor/mode.ts'
import { type KnownKeys, knownKeys } from './known-keys.ts'
import { type StreamState, definitionOf, groupKey } from './state.ts'
import type { StreamConfig } from './stream.ts'

type Group = Readonly<Record<string, unknown>>

/** One stream's export, while it goes on. */
export interface StreamRun {
  readonly stream: StreamConfig
  readonly mode: 'full' | 'incremental'
  readonly because: string
  /** What earlier parcels have left of it; `undefined` when there is nothing to build on. */
  readonly previous: StreamState | undefined
  /** Keys that earlier parcels hold; none where nothing asks for them. */
  readonly known: KnownKeys
  pages: number
  items: number
  skipped: number
  groups: number
  belowMark: number
  /** Some record has its key; some has the cursor's field. */
  hasKey: boolean
  hasCursor: boolean
  /** Path of the first answer's body. */
  firstBody: string | undefined
  /** Some answer held a secret. */
  leaks: boolean
  /** Why the last group ended. */
  why: string
  /** It has more than was got, and that is no failure: `max`, or a rule that passed over the whole stream. */
  isCut: boolean
  errors: { message: string; count: number }[]
  firstError: UnsiloError | undefined
  /** Groups that are complete, with their new marks. */
  readonly cursors: Map<string, string>
  readonly marks: GroupMarker | undefined
  readonly warnings: Set<string>
  /** What the cursor is sent as. */
  fromOf(group: Group): string | undefined
  highWaterOf(group: Group): HighWater | undefined
}

export interface StartOptions {
  files: Files
  earlier: readonly EarlierParcel[]
  /** The state of the earlier parcel that the export builds on. */
  streams: Readonly<Record<string, StreamState>> | undefined
  startedAt: Date
  all: readonly StreamConfig[]
}

/** Decides what a stream asks for: everything, or only what is new. */
export async function startStream(stream: StreamConfig, options: StartOptions): Promise<StreamRun> {
  const { files, earlier, streams, startedAt: now, all } = options
  const left = streams?.[stream.name]
  const previous = left?.definition === definitionOf(stream, all) ? left : undefined
  const { cursor, full_every: fullEveryMs, retention: retentionMs } = stream
  const modeWith = (from: string | undefined): ReturnType<typeof modeOf> =>
    modeOf({
      cursor,
      stops: stream.stop !== undefined,
      fullEveryMs,
      retentionMs,
      previous: previous === undefined ? undefined : { cursor: from, fullAt: previous.fullAt, at: previous.at },
      now,
    })
  const cursors = previous?.cursors ?? {}
  // Of several groups, a new one begins at the start whatever the others do.
  const { mode, because } = modeWith(Object.values(cursors)[0])
  const isChanged = left !== undefined && previous === undefined
  return {
    stream,
    mode,
    because: isChanged ? 'the stream asks for something else than before' : because,
    previous,
    known:
      stream.stop !== undefined && mode === 'incremental' ? await knownKeys(files, earlier, stream, all) : new Map(),
    pages: 0,
    items: 0,
    skipped: 0,
    groups: 0,
    belowMark: 0,
    hasKey: false,
    hasCursor: false,
    firstBody: undefined,
    leaks: false,
    why: 'nothing to ask for',
    isCut: false,
    errors: [],
    firstError: undefined,
    cursors: new Map(),
    marks: stream.high_water === undefined ? undefined : createGroupMarks(stream.high_water, previous?.marks),
    warnings: new Set(),
    fromOf: (group) => (mode === 'full' ? cursor?.start : modeWith(cursors[groupKey(stream, group)]).from),
    highWaterOf: (group) =>
      cursor === undefined
        ? undefined
        : createHighWater(cursor, mode === 'full' ? undefined : cursors[groupKey(stream, group)]),
  }
}

/** Errors of one stream are told once each: a thousand children may fail for one reason. */
export function noteError(run: StreamRun, error: UnsiloError): void {
  run.firstError ??= error
  const told = run.errors.find(({ message }) => message === error.message)
  if (told !== undefined) told.count += 1
  else if (run.errors.length < 20) run.errors.push({ message: error.message, count: 1 })
}
