import { join } from 'node:path'
import { isTable, valueAt } from '../../config/values.ts'
import { UnsiloError } from '../../errors.ts'
import { lineOf } from '../../ledger/entry.ts'
import type { LedgerEvent } from '../../ledger/event.ts'
import { appendToLedger, detailsOf } from '../../ledger/ledger.ts'
import { emptyMetrics, readMetricsIfWhole } from '../../metric/metrics-file.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { type Layout, layoutOf, logsOf } from '../../parcel/layout.ts'
import { walkFiles } from '../../system/files.ts'
import { mapPool } from '../../system/pool.ts'
import { replaceFile } from '../../system/replace-file.ts'
import type { CopiedParcel } from '../copies/manifest.ts'
import type { Problem } from '../dataset.ts'
import { isEvent, readHistory } from '../history.ts'
import { fetchParcels, syncFolders } from './fetch.ts'
import { linesAfterRestore } from './ledger-lines.ts'
import { notesOn, writtenConfig } from './never-there.ts'
import { type ParcelThere, parcelAt } from './parcel-files.ts'
import { type Place, manifestAt, recordAt } from './place.ts'

/** What became of one dataset of a root that is restored. */
export interface RestoredDataset {
  dataset: string
  /** `there`: it was there already, of an earlier try. */
  state: 'restored' | 'there' | 'failed'
  parcels: number
  files: number
  bytes: number
  /** Parcels that were sealed once and could not be brought back, with why. */
  lost: Record<ParcelId, string>
  problems: Problem[]
}

/**
 * Brings back a whole dataset. It is put together in `staging`, where a later try finds what has come, and renamed into the root
 * when all of it is there, checked and durable: a dataset that is in the root is whole.
 *
 * A parcel whose copy is damaged does not keep the others away: it is left out, and told.
 *
 * @param choose Which of the parcels there; all when it is missing.
 */
export async function restoreDataset(
  place: Place,
  name: string,
  { root, staging }: { root: string; staging: string },
  choose: (copies: readonly CopiedParcel[]) => readonly CopiedParcel[] = (copies) => copies,
): Promise<RestoredDataset> {
  const { files } = place.context.system
  const done: RestoredDataset = {
    dataset: name,
    state: 'there',
    parcels: 0,
    files: 0,
    bytes: 0,
    lost: {},
    problems: [],
  }
  if (files.info(join(root, name)) !== undefined) return done
  const layout = layoutOf(join(staging, name))
  for (const folder of [layout.data, layout.incomplete, layout.log]) files.makeFolder(folder)
  // The ledger first: what is published meanwhile is then in the manifest only, and is added to it.
  const records = await putRecords(place, name, layout, done.problems)
  const copies = choose((await manifestAt(place, name)).parcels)
  const damaged = new Map<ParcelId, UnsiloError>()
  const parcels = await findParcels(place, name, copies, layout, damaged)
  const { bytes, faults } = await fetchParcels(place, parcels, layout.data, (come) =>
    place.context.onProgress?.({ dataset: name, step: 'restoring', bytes: come, note: `from ${place.name}` }),
  )
  for (const [{ copy }, error] of faults) damaged.set(copy.id, error)
  done.problems.push(...[...damaged.values()].map(problemOf))
  const whole = parcels.filter((parcel) => !faults.has(parcel))
  await keepOnly(place, layout, whole, records)
  for (const { copy, hashList } of whole)
    if (hashList !== undefined) await replaceFile(files, logsOf(layout, copy.id).hashes, hashList)
  done.lost = await tellLedger(place, layout, copies, whole, damaged)
  await syncFolders(files, layout.folder)
  files.rename(layout.folder, join(root, name))
  await files.sync(root)
  done.problems.push(...notesOn(files, join(root, name)))
  done.parcels = whole.length
  done.files = whole.reduce((sum, parcel) => sum + parcel.files.length, 0)
  return { ...done, state: 'restored', bytes }
}

/** @returns Their names. */
async function putRecords(place: Place, name: string, layout: Layout, problems: Problem[]): Promise<string[]> {
  const { files } = place.context.system
  const ledger = await recordAt(place, `${name}/ledger.ndjson`)
  const config = await recordAt(place, `${name}/config.toml`)
  const metrics = await recordAt(place, `${name}/metrics.csv`)
  if (config === undefined) {
    problems.push({
      severity: 'warning',
      code: 'not-found',
      message: `${place.name} has no config.toml of it, so it has an empty one`,
      hint: 'Write it anew.',
    })
  }
  await replaceFile(files, layout.ledger, ledger ?? '')
  await replaceFile(files, layout.config, config ?? '')
  await replaceFile(files, layout.metrics, metrics ?? emptyMetrics)
  return ['ledger.ndjson', 'config.toml', 'metrics.csv']
}

/** Parcels whose names and lists of hashes are right. @param damaged The others are added to it. */
async function findParcels(
  place: Place,
  name: string,
  copies: readonly CopiedParcel[],
  layout: Layout,
  damaged: Map<ParcelId, UnsiloError>,
): Promise<ParcelThere[]> {
  const history = readHistory(place.context.system.files, layout)
  const found = await mapPool(copies, place.target.parallel, async (copy) => {
    try {
      const ended = history.get(copy.id)?.ended
      if (isEvent(ended, 'sealed') && detailsOf(ended, layout.ledger).sha256 !== copy.sha256) {
        throw new UnsiloError('corrupt', `the manifest and the ledger at ${place.name} disagree about ${copy.id}`)
      }
      return await parcelAt(place, name, copy)
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code !== 'corrupt') throw error
      damaged.set(copy.id, error)
      return undefined
    }
  })
  return found.filter((parcel) => parcel !== undefined)
}

/** Removes what an earlier try has left and is not wanted any more. */
async function keepOnly(
  { context }: Place,
  layout: Layout,
  parcels: readonly ParcelThere[],
  records: readonly string[],
): Promise<void> {
  const { files } = context.system
  const wanted = new Set([...records, ...parcels.flatMap((parcel) => parcel.files.map(({ path }) => `data/${path}`))])
  for (const { path } of walkFiles(files, layout.folder))
    if (!wanted.has(path)) await files.remove(join(layout.folder, path))
  const names = new Set(parcels.map(({ name }) => name))
  for (const { name } of files.list(layout.data)) if (!names.has(name)) await files.remove(join(layout.data, name))
}

/** @returns Parcels that are lost. */
async function tellLedger(
  place: Place,
  layout: Layout,
  copies: readonly CopiedParcel[],
  parcels: readonly ParcelThere[],
  damaged: ReadonlyMap<ParcelId, UnsiloError>,
): Promise<Record<ParcelId, string>> {
  const { files, clock } = place.context.system
  const rows = readMetricsIfWhole(files, layout.metrics)?.rows ?? new Map<string, Record<string, string>>()
  const events = linesAfterRestore({
    target: place.name,
    history: readHistory(files, layout),
    ledger: layout.ledger,
    copies,
    here: new Map(parcels.map(({ copy, name }) => [copy.id, name])),
    damaged: new Map([...damaged].map(([id, { message }]) => [id, message])),
    measured: [...rows.keys()].filter((id) => rows.get(id)?.['success'] === 'Y'),
    isDrained: isTable(valueAt(writtenConfig(files, layout.folder), ['source', 'drain'])),
  })
  const now = clock.now()
  const [first, ...others] = events
  // Ends a line that is torn; the others are then written at once.
  await appendToLedger(files, layout.ledger, now, first!)
  const sink = await files.append(layout.ledger)
  try {
    for (const event of others) await sink.write(`${lineOf(now, event)}\n`)
    await sink.sync()
  } finally {
    await sink.close()
  }
  return lostIn(events)
}

function lostIn(events: readonly LedgerEvent[]): Record<ParcelId, string> {
  return events.find((event) => event.event === 'restored')?.lost ?? {}
}

export function problemOf({ code, message, hint }: UnsiloError): Problem {
  return { severity: 'error', code, message, hint }
}
