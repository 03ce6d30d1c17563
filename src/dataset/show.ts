import { UnsiloError } from '../errors.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { type MetricRow, readMetricsIfWhole } from '../metric/metrics-file.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { listSealed } from '../parcel/store.ts'
import { type CopyAt, type CopyFacts, copyFacts, goodPlaces, placesOf } from './copies/places.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { type History, type ParcelRecord, type ToldState, isEvent, isSealedParcel, readHistory } from './history.ts'
import { howToReadPacks, unreadProblems } from './packs/unread.ts'
import { trashedUntil } from './trash-days.ts'
import { damageOf, damagedHere } from './verdicts.ts'
import { howToMend } from './verify-alarm.ts'

/** A parcel or attempt, as `unsilo parcels` and `unsilo show` tell it. */
export interface ParcelSummary {
  id: ParcelId
  state: ToldState
  /** Its file or folder; absent when there is none any more. */
  path?: string
  /** The pack that it is in, instead. */
  pack?: string
  files?: number
  bytes?: number
  sha256?: string
  tries?: number
  durationMs?: number
  /** Why it failed, is suspect, or was removed. */
  because?: string
  hint?: string
  /** What a person should know of it, be it good or not. */
  warnings?: string[]
  /** Where an ingested file lay before. */
  from?: string
  /** Places that have it, not damaged as far as is known: here and targets. Missing: none. */
  copies?: number
}

export interface ParcelDetails extends ParcelSummary {
  metrics: MetricRow
  /** Who has it, or had it when it was checked last. */
  places: CopyAt[]
  /** Its logs that are there. */
  logs: string[]
  /** What the ledger says of it, oldest first. */
  ledger: LedgerLine[]
}

/** Every parcel and attempt that is known, oldest first; pruned, thinned and skipped ones only when `all`, but for the newest. */
export function listSummaries(dataset: Dataset, context: Context, all: boolean): ParcelSummary[] {
  const { files } = context.system
  const history = readHistory(files, dataset.layout)
  const metrics = readMetricsIfWhole(files, dataset.layout.metrics)?.rows
  const facts = copyFacts(history)
  const damaged = damagedHere(files, dataset.layout, history)
  return history.parcels
    .filter(
      ({ id, state }) =>
        all || (state !== 'pruned' && state !== 'thinned' && (state !== 'skipped' || id === history.newest?.id)),
    )
    .map((parcel) => summaryOf(dataset, parcel, metrics?.get(parcel.id), facts, damaged.get(parcel.id)))
}

/** Packs whose parcels may be missing in a list. */
export function packProblems(dataset: Dataset, { system }: Context): Problem[] {
  return unreadProblems(dataset, listSealed(system.files, dataset.layout))
}

function summaryOf(
  dataset: Dataset,
  parcel: ParcelRecord,
  row: MetricRow | undefined,
  facts: CopyFacts,
  /** Why it is known to be damaged, if it is. */
  damage: string | undefined,
): ParcelSummary {
  const summary: ParcelSummary = { id: parcel.id, state: parcel.state }
  const there = parcel.stored ?? parcel.trashed
  if (there?.packed !== undefined) summary.pack = there.packed.pack.path
  else if (there !== undefined) summary.path = there.path
  if (row?.['files']) summary.files = Number(row['files'])
  if (row?.['bytes']) summary.bytes = Number(row['bytes'])
  const packed = parcel.stored?.packed?.parcel
  if (packed !== undefined) Object.assign(summary, { files: packed.files, bytes: packed.bytes, sha256: packed.sha256 })
  if (isEvent(parcel.ended, 'sealed')) {
    const { files, bytes, sha256, tries, durationMs, from, doubts, warnings } = detailsOf(
      parcel.ended,
      dataset.layout.ledger,
    )
    Object.assign(summary, { files, bytes, sha256 })
    if (tries !== undefined) summary.tries = tries
    if (durationMs !== undefined) summary.durationMs = durationMs
    if (from !== undefined) summary.from = from
    if (warnings !== undefined) summary.warnings = warnings
    if (doubts !== undefined) summary.because = `${doubts.join('; ')}${parcel.accepted ? ' (accepted)' : ''}`
  } else if (isEvent(parcel.ended, 'skipped')) {
    summary.because = detailsOf(parcel.ended, dataset.layout.ledger).reason
  } else if (isEvent(parcel.ended, 'failed')) {
    const { reason, hint, tries, durationMs } = detailsOf(parcel.ended, dataset.layout.ledger)
    Object.assign(summary, { because: reason, tries, durationMs })
    if (hint !== undefined) summary.hint = hint
  } else if (isEvent(parcel.parked, 'parked')) {
    summary.because = detailsOf(parcel.parked, dataset.layout.ledger).reason
  }
  if (parcel.state === 'gone' && parcel.lost !== undefined) summary.because = parcel.lost
  if (parcel.state === 'trashed') {
    const until = trashedUntil(dataset, parcel)?.toISOString().slice(0, 10)
    summary.because = `in the trash${until === undefined ? '' : ` until ${until}`}`
    summary.hint = `\`unsilo thin ${dataset.name} --undo ${parcel.id}\` brings it back.`
  }
  const places = goodPlaces(facts, dataset, parcel.id).filter(
    ({ target }) => target !== undefined || damage === undefined,
  )
  if (damage !== undefined) {
    summary.state = 'damaged'
    summary.because = damage
    const good = places.map(({ target }) => target)
    summary.hint = howToMend(dataset, parcel.id, undefined, good)
  }
  if (parcel.state === 'unreadable') {
    summary.because = 'it is in a pack whose index cannot be read'
    summary.hint = howToReadPacks(dataset)
  }
  if (places.length > 0) summary.copies = places.length
  return summary
}

/** @throws UnsiloError `not-found` */
export function showParcel(dataset: Dataset, context: Context, id: ParcelId): ParcelDetails {
  const { files } = context.system
  const { layout } = dataset
  const history = readHistory(files, layout)
  const parcel = history.get(id)
  const row = readMetricsIfWhole(files, layout.metrics)?.rows.get(id)
  if (parcel === undefined) throw unknownParcel(dataset, history, id)
  const ledger = history.entries
    .filter((entry) => entry.parcel === id)
    .map((entry) => JSON.parse(entry.line) as LedgerLine)
  const logs = Object.values(logsOf(layout, id)).filter((path) => files.info(path) !== undefined)
  const facts = copyFacts(history)
  const places = placesOf(facts, id)
  const damage = isSealedParcel(parcel) ? damageOf(files, layout, history, parcel) : undefined
  return { ...summaryOf(dataset, parcel, row, facts, damage), metrics: row ?? {}, places, logs, ledger }
}

/** A whole line of the ledger. */
export type LedgerLine = LedgerEvent & { at: string; parcel?: string }

/** Everything that the ledger says, oldest first. */
export function ledgerOf(dataset: Dataset, context: Context): LedgerLine[] {
  const { entries } = readHistory(context.system.files, dataset.layout)
  return entries.map((entry) => JSON.parse(entry.line) as LedgerLine)
}

/** What an export printed: `log/ID.out` and `log/ID.err`. @throws UnsiloError `not-found` */
export function readLogs(dataset: Dataset, context: Context, id: ParcelId): { out: string; err: string } {
  const { files } = context.system
  const paths = logsOf(dataset.layout, id)
  const [out, err] = [files.readText(paths.out), files.readText(paths.err)]
  if (out !== undefined || err !== undefined) return { out: out ?? '', err: err ?? '' }
  const history = readHistory(files, dataset.layout)
  if (history.get(id) === undefined) throw unknownParcel(dataset, history, id)
  throw new UnsiloError('not-found', `${dataset.name} ${id} has no logs`, {
    hint: 'They are removed with the parcel; an ingested parcel never had any.',
  })
}

export function unknownParcel(dataset: Dataset, history: History, id: ParcelId): UnsiloError {
  const newest = history.newest?.id
  return new UnsiloError('not-found', `${dataset.name} has no parcel ${id}`, {
    hint:
      newest === undefined
        ? `It has none yet; \`unsilo export ${dataset.name}\` makes one.`
        : `The newest is ${newest}; \`unsilo parcels ${dataset.name}\` lists them all.`,
  })
}
