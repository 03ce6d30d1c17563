import { basename, dirname, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { SealedEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { readMetricsIfWhole } from '../metric/metrics-file.ts'
import { copyParcel, fingerprint } from '../parcel/copy.ts'
import { extensionOf } from '../parcel/extension.ts'
import { type ParcelId, isAheadOf, parcelIdAt } from '../parcel/id.ts'
import { layoutOf } from '../parcel/layout.ts'
import { inspectParcel } from '../parcel/manifest.ts'
import { parcelsToKeep } from '../parcel/retention.ts'
import type { StoredParcel } from '../parcel/store.ts'
import type { Files } from '../system/files.ts'
import { matchPaths } from '../system/glob.ts'
import { isOpenForWriting } from '../system/open-files.ts'
import type { Context, Dataset } from './dataset.ts'
import { footerOf } from './footer.ts'
import { type ParcelRecord, isEvent, readHistory, sealedParcels } from './history.ts'
import { aheadError, newParcelId, startParcel } from './new-parcel.ts'
import { sealMoved, sealParcel } from './seal.ts'
import { retainedParcels } from './verdicts.ts'

/**
 * Files and folders that `ingest.paths` finds now, the newest first: of more files than the rules keep, the newest go in.
 * Nothing of this or another dataset is among them.
 */
export async function findIngestable(dataset: Dataset, files: Files): Promise<string[]> {
  const { config, layout } = dataset
  if (config.ingest.paths.length === 0) return []
  const found = await matchPaths(config.ingest.paths, layout.folder)
  return found.filter((path) => !isOwn(dataset, path) && !isOfDataset(files, path)).sort(byNewest(files))
}

function byNewest(files: Files): (a: string, b: string) => number {
  const time = (path: string): number => files.info(path)?.modifiedAt.getTime() ?? 0
  return (a, b) => time(b) - time(a) || (a < b ? -1 : 1)
}

/** True for a dataset's folder, and for what unsilo keeps in it: a wide pattern must not take another dataset apart. */
function isOfDataset(files: Files, path: string): boolean {
  const isDataset = (folder: string): boolean =>
    files.info(join(folder, 'config.toml')) !== undefined && files.info(join(folder, 'data')) !== undefined
  const [folder, name] = [dirname(path), basename(path)]
  const isKept = (one: string): boolean => Object.values(layoutOf('')).includes(one)
  return (
    isDataset(path) || (isDataset(folder) && isKept(name)) || (isDataset(dirname(folder)) && isKept(basename(folder)))
  )
}

/** True for what unsilo keeps of the dataset, and for a folder that the dataset lies in. */
function isOwn({ layout: { folder, ...own } }: Dataset, path: string): boolean {
  return isInside(folder, path) || Object.values(own).some((place) => isInside(path, place))
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/**
 * Moves a file or folder in as a parcel, whole and checked. Until the parcel is sealed the original stays where it is.
 * The caller holds the lock.
 *
 * @param ingestedNow Parcels that the same run has ingested before.
 * @throws UnsiloError `clash` when its id is taken, `wrong-content` when it is not what its extension says
 */
export async function ingestPath(
  dataset: Dataset,
  context: Context,
  path: string,
  wantedId?: ParcelId,
  ingestedNow: readonly ParcelId[] = [],
): Promise<SealedEvent> {
  const { files } = context.system
  const info = files.info(path)
  if (info === undefined) throw new UnsiloError('not-found', `cannot ingest ${path}: it is not there`)
  if (isOwn(dataset, path)) {
    throw new UnsiloError('usage', `cannot ingest ${path}: it is a part of ${dataset.name}, or holds it`, {
      hint: 'Give a file or folder outside of the dataset.',
    })
  }
  const copied = await finishMove(dataset, context, path, info.modifiedAt)
  if (copied !== undefined) return copied
  const id = await idFor(dataset, context, path, info.modifiedAt, wantedId)
  const lost = prunedAtOnce(dataset, context, [...ingestedNow, id])
  if (lost !== undefined) {
    throw new UnsiloError('usage', `cannot ingest ${path}: \`keep\` would then remove ${lost} at once`, {
      hint: 'The file was left where it is. Keep more parcels (`keep`), or set ingest.time_source = "now".',
    })
  }
  const isFolder = info.kind === 'folder'
  const extension = isFolder ? '' : extensionOf(basename(path))
  const name = extension === '' ? id : `${id}.${extension}`
  const outside: StoredParcel = { id, name, extension: extension.toLowerCase(), path, isFolder, others: [] }
  const before = fingerprint(files, path)
  const { require } = dataset.config.guard
  const options = { require, isFooter: footerOf(dataset), signal: context.signal }
  const manifest = await inspectParcel(files, outside, options).catch((error: unknown) => {
    throw refusal(path, error)
  })
  if (fingerprint(files, path) !== before || isOpenForWriting(path)) {
    throw new UnsiloError('busy', `${path} is still being written; it was left where it is`, {
      hint: 'The next run takes it when it is whole.',
      retryable: true,
    })
  }
  await startParcel(dataset, context, id, { by: 'ingest', from: path, modified: info.modifiedAt.toISOString() })
  const inside = { ...outside, path: join(dataset.layout.incomplete, name) }
  try {
    return await sealMoved(dataset, context, { stored: outside, manifest }, { from: path })
  } catch (error) {
    if (!isOtherFileSystem(error)) throw error
  }
  // An earlier attempt at the same id may have been killed in the middle of its copy.
  await files.remove(inside.path)
  await copyParcel(files, outside, inside, manifest, context.signal)
  const sealed = await sealParcel(dataset, context, { stored: inside, manifest }, { from: path })
  await files.remove(path)
  await files.sync(dirname(path))
  return sealed
}

/**
 * Removes a file whose copy was sealed by a run that was killed before it could do so: the same file, by path, time and hash.
 *
 * @returns How it was sealed then; `undefined` for any other file.
 */
async function finishMove(
  dataset: Dataset,
  context: Context,
  path: string,
  modifiedAt: Date,
): Promise<SealedEvent | undefined> {
  const { files } = context.system
  const { ledger } = dataset.layout
  const isOfFile = ({ started }: ParcelRecord): boolean => {
    if (!isEvent(started, 'started')) return false
    const { from, modified } = detailsOf(started, ledger)
    return from === path && modified === modifiedAt.toISOString()
  }
  const parcel = sealedParcels(readHistory(files, dataset.layout)).findLast(isOfFile)
  if (parcel === undefined || !isEvent(parcel.ended, 'sealed')) return undefined
  const sealed = detailsOf(parcel.ended, ledger)
  const options = { isFooter: footerOf(dataset), signal: context.signal }
  const { sha256 } = await inspectParcel(files, { ...parcel.stored, path }, options)
  if (sha256 !== sealed.sha256) return undefined
  await files.remove(path)
  await files.sync(dirname(path))
  return sealed
}

/** Says of which file it is, and that nothing has happened to it. What the disk does is told as it is. */
function refusal(path: string, error: unknown): unknown {
  if (!(error instanceof UnsiloError)) return error
  const { code, message, hint, retryable } = error
  if (code === 'empty') {
    return new UnsiloError('empty', `cannot ingest ${path}: it is empty`, {
      hint: 'It was left where it is. Remove it, or wait until it has been written.',
      retryable: true,
      cause: error,
    })
  }
  if (code !== 'wrong-content') return error
  const left = 'It was left where it is.'
  return new UnsiloError(code, `cannot ingest ${path}: ${message}`, {
    hint: hint === undefined ? left : `${left} ${hint}`,
    retryable,
    cause: error,
  })
}

/** rename(2) cannot move between file systems. */
function isOtherFileSystem(error: unknown): boolean {
  const cause = error instanceof UnsiloError ? error.cause : error
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'EXDEV'
}

/**
 * A file must not be moved in and then removed: it would be gone from both places.
 *
 * @param ids Those of this run, the one that is asked about last.
 * @returns The first that the rules would not keep.
 */
function prunedAtOnce(dataset: Dataset, context: Context, ids: readonly ParcelId[]): ParcelId | undefined {
  const sealed = retainedParcels(readHistory(context.system.files, dataset.layout))
  const others = sealed.filter(({ id }) => !ids.includes(id))
  const plan = parcelsToKeep([...others, ...ids.map((id) => ({ id, state: 'good' as const }))], dataset.config.keep)
  return ids.find((id) => plan.decisions.some((decision) => decision.id === id && !decision.keep))
}

async function idFor(
  dataset: Dataset,
  context: Context,
  path: string,
  modifiedAt: Date,
  wantedId: ParcelId | undefined,
): Promise<ParcelId> {
  const fromTime = dataset.config.ingest.timeSource === 'mtime' ? parcelIdAt(modifiedAt) : undefined
  const id = wantedId ?? fromTime
  if (id === undefined) return newParcelId(dataset, context)
  if (isAheadOf(id, context.system.clock.now())) throw aheadError(id)
  const { files } = context.system
  const state = readHistory(files, dataset.layout).get(id)?.state
  const wasSealed = readMetricsIfWhole(files, dataset.layout.metrics)?.rows.get(id)?.['success'] === 'Y'
  if (!wasSealed && (state === undefined || state === 'failed' || state === 'unfinished')) return id
  throw new UnsiloError('clash', `cannot ingest ${path}: ${dataset.name} has, or had, a parcel ${id} already`, {
    hint:
      wantedId === undefined
        ? 'The file was left where it is. Change its time (touch), or set ingest.time_source = "now".'
        : 'The file was left where it is. Choose another id.',
  })
}
