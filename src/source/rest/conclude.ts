import type { ExportNotes, ParcelFolder } from '../source.ts'
import type { RestConfig } from './config.ts'
import type { Exchanges } from './exchanges.ts'
import { type ExchangeManifest, type StreamManifest, manifestName } from './manifest.ts'
import { type Begun, type StreamState, definitionOf, stateName } from './state.ts'
import { type StreamConfig, descendantsOf } from './stream.ts'
import { newestOf } from './newest.ts'
import type { StreamRun } from './stream-run.ts'
import { warningsOf } from './stream-warnings.ts'

export interface Ended {
  runs: readonly StreamRun[]
  exchanges: Exchanges
  folder: ParcelFolder
  begun: Begun
  endedAt: Date
}

/**
 * Writes what the parcel holds (`manifest.json`) and what the next export builds on (`state.json`).
 * @throws The first error when nothing at all could be had
 */
export async function conclude(
  config: RestConfig,
  { runs, exchanges, folder, begun, endedAt }: Ended,
): Promise<ExportNotes> {
  const failed = runs.filter(({ errors }) => errors.length > 0)
  if (exchanges.usable === 0 && failed.length > 0) throw failed[0]!.firstError!
  const complete = completeStreams(runs)
  const incomplete = failed.map(sayErrors)
  const warnings = runs.flatMap((run) => warningsOf(run))
  const partial = partialStreams(runs)
  const isWhole = runs.every(
    (run) => !partial.has(run.stream.name) && complete.has(run.stream.name) && holdsAll(run, config),
  )
  const holds = isWhole ? 'all' : 'part'
  const records = recordCounts(
    runs.filter(({ stream: { name } }) => complete.has(name) && !partial.has(name) && config.drain?.stream !== name),
  )

  const isSettled = ({ stream }: StreamRun): boolean =>
    [stream, ...descendantsOf(stream, config.streams)].every(({ name }) => complete.has(name))
  const states = runs.map((run): [string, StreamState] => [
    run.stream.name,
    stateOf(run, { isSettled: isSettled(run), isPartial: partial.has(run.stream.name), begun, all: config.streams }),
  ])
  const newest = newestOf(states, config.streams)

  const manifest: ExchangeManifest = {
    version: 1,
    base: config.base,
    startedAt: begun.state.startedAt,
    endedAt: endedAt.toISOString(),
    resumedRequests: exchanges.resumed,
    holds,
    streams: Object.fromEntries(
      runs.map((run) => [
        run.stream.name,
        manifestOf(run, complete.has(run.stream.name), partial.has(run.stream.name)),
      ]),
    ),
    records,
    ...(Object.keys(newest).length === 0 ? {} : { newest }),
    incomplete,
    warnings,
  }
  await folder.replace(manifestName, `${JSON.stringify(manifest, undefined, 2)}\n`)
  await folder.replace(stateName, `${JSON.stringify({ ...begun.state, streams: Object.fromEntries(states) })}\n`)
  return { holds, incomplete, warnings, records, newest }
}

/** Streams whose counts tell something: not those that were asked only for what is new, or that are emptied. */
function recordCounts(runs: readonly StreamRun[]): Record<string, number> {
  return Object.fromEntries(runs.map(({ stream, items }) => [stream.name, items]))
}

/** A child of what is not complete is not complete either. Parents come first. */
function completeStreams(runs: readonly StreamRun[]): Set<string> {
  const complete = new Set<string>()
  for (const { stream, errors, isCut } of runs) {
    const parent = stream.each?.stream
    if (errors.length === 0 && !isCut && (parent === undefined || complete.has(parent))) complete.add(stream.name)
  }
  return complete
}

/** Streams that were asked only for what is new, and those whose parents were. Parents come first. */
function partialStreams(runs: readonly StreamRun[]): Set<string> {
  const partial = new Set<string>()
  for (const { stream, mode } of runs) {
    if (mode === 'incremental' || (stream.each !== undefined && partial.has(stream.each.stream)))
      partial.add(stream.name)
  }
  return partial
}

/** Whether a full export of the stream holds what earlier ones do, as far as the server still has it. */
function holdsAll({ stream }: StreamRun, { drain }: RestConfig): boolean {
  return stream.window === undefined && drain?.stream !== stream.name
}

function sayErrors({ stream, errors }: StreamRun): string {
  const count = errors.reduce((sum, error) => sum + error.count, 0)
  const times = count === 1 ? '' : ` (and ${count - 1} more)`
  return `${stream.name} is incomplete: ${errors[0]!.message}${times}`
}

function manifestOf(run: StreamRun, isComplete: boolean, isPartial: boolean): StreamManifest {
  const { stream, pages, items, skipped, groups, cursors, marks, belowMark, errors } = run
  const cursor = cursors.get('')
  return {
    complete: isComplete,
    why: run.why,
    mode: isPartial ? 'incremental' : 'full',
    because: isPartial && run.mode === 'full' ? 'only the changed records of its parent were asked for' : run.because,
    pages,
    items,
    skipped,
    ...(stream.each === undefined ? {} : { groups }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(marks === undefined ? {} : { marks: marks.result(), belowMark }),
    ...(stream.window === undefined
      ? {}
      : {
          window: {
            newest: stream.window.newest,
            ...(stream.window.by === undefined ? {} : { by: stream.window.by.text }),
          },
        }),
    ...(errors.length === 0 ? {} : { errors: errors.map(({ message }) => message) }),
  }
}

/**
 * A stream that is not complete leaves everything as it was: its cursor stays where all below it is known. So does one whose
 * children are not: they are asked for again only when their parents are.
 */
function stateOf(
  run: StreamRun,
  options: { isSettled: boolean; isPartial: boolean; begun: Begun; all: readonly StreamConfig[] },
): StreamState {
  const { isSettled, isPartial, begun, all } = options
  const { previous, stream, cursors, marks } = run
  const definition = definitionOf(stream, all)
  if (!isSettled) return previous ?? { definition }
  const fullAt = isPartial ? previous?.fullAt : begun.state.startedAt
  const merged = { ...(stream.each === undefined ? {} : previous?.cursors), ...Object.fromEntries(cursors) }
  return {
    definition,
    at: begun.state.startedAt,
    ...(fullAt === undefined ? {} : { fullAt }),
    ...(cursors.size === 0 && previous?.cursors === undefined ? {} : { cursors: merged }),
    ...(marks === undefined ? {} : { marks: marks.result() }),
  }
}
