import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { appendToLedger, detailsOf } from '../../ledger/ledger.ts'
import { type ParcelId, isParcelId } from '../../parcel/id.ts'
import { type Pack, damagedPack, isPackName } from '../../parcel/pack-file.ts'
import type { PackedAt, StoredParcel } from '../../parcel/store.ts'
import type { Files } from '../../system/files.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { commitRecords } from '../git.ts'
import { type History, isEvent, readHistory } from '../history.ts'
import { withLock } from '../lock.ts'
import { unknownParcel } from '../show.ts'
import { openDigest } from './digest.ts'
import { entriesOnDisk } from './entries.ts'
import { extractParcel } from './extract.ts'
import { asDamaged, openPackReader } from './read-pack.ts'
import { expectReadable, rewritePack } from './rewrite.ts'
import { settlePacks } from './settle.ts'

export interface Unpacking {
  dataset: string
  /** In `data/` by themselves now. */
  parcels: ParcelId[]
  problems: Problem[]
}

/**
 * Puts parcels of packs back into `data/`, as they were.
 *
 * @param wanted Ids of parcels, and names of packs; all when there are none.
 * @throws UnsiloError `not-found`, `corrupt`
 */
export function unpackDataset(dataset: Dataset, context: Context, wanted: readonly string[]): Promise<Unpacking> {
  return withLock(dataset, context, async () => {
    const look = (): History => readHistory(context.system.files, dataset.layout)
    const { problems } = await settlePacks(dataset, context, look())
    const history = look()
    const parcels = chosenParcels(dataset, history, wanted)
    const changed = await unpackParcels(dataset, context, history, parcels)
    if (changed.length > 0)
      await commitRecords(
        dataset,
        context,
        `[unsilo] unpack ${parcels.length} parcel${parcels.length === 1 ? '' : 's'}`,
        changed,
      )
    return { dataset: dataset.name, parcels, problems }
  })
}

function chosenParcels(dataset: Dataset, history: History, wanted: readonly string[]): ParcelId[] {
  const inPacks = history.parcels.filter(({ stored }) => stored?.packed !== undefined)
  if (wanted.length === 0) return inPacks.map(({ id }) => id)
  const chosen = new Set(
    wanted.flatMap((name) => (isPackName(name) ? idsIn(dataset, history, name) : [parcelIn(dataset, history, name)])),
  )
  return inPacks.map(({ id }) => id).filter((id) => chosen.has(id))
}

function idsIn(dataset: Dataset, history: History, name: string): ParcelId[] {
  const pack = history.packs.find((one) => one.name === name)
  if (pack !== undefined) return expectReadable(pack).index.parcels.map(({ id }) => id)
  const names = history.packs.map((one) => one.name)
  throw new UnsiloError('not-found', `${dataset.name} has no pack ${name}`, {
    hint: names.length === 0 ? 'It has no packs.' : `It has ${names.join(', ')}.`,
  })
}

function parcelIn(dataset: Dataset, history: History, name: string): ParcelId {
  if (!isParcelId(name)) {
    throw new UnsiloError('usage', `"${name}" is neither a parcel id nor the name of a pack`, {
      hint: 'Write it like 2020-02-15T010203Z or 2020-02.pack.tar.zst.',
    })
  }
  const parcel = history.get(name)
  if (parcel === undefined) throw unknownParcel(dataset, history, name)
  // One that lies in `data/` by itself is what was asked for already.
  if (parcel.isSealed) return name
  throw new UnsiloError('not-found', `${dataset.name} ${name} is in no pack: it is ${parcel.state}`, {
    hint:
      parcel.state === 'trashed'
        ? `\`unsilo thin ${dataset.name} --undo ${name}\` puts it back, by itself.`
        : `\`unsilo parcels ${dataset.name}\` lists those that are there.`,
  })
}

/**
 * Takes parcels out of their packs and puts them into `data/` by themselves; the caller holds the lock. Each is compared with its seal
 * before it is moved in, and the ledger knows of it before the pack is written anew without it.
 *
 * @returns Paths in `data/` that have changed.
 */
export async function unpackParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  ids: readonly ParcelId[],
): Promise<string[]> {
  const changed: string[] = []
  for (const [pack, parcels] of byPack(history, ids)) {
    await unpackFrom(dataset, context, history, pack, parcels)
    changed.push(pack.path, ...parcels.map(({ path }) => path))
  }
  return changed
}

type InPack = StoredParcel & { packed: PackedAt }

/** By pack, those of the parcels that are in one, oldest first. */
export function byPack(history: History, ids: readonly ParcelId[]): Map<Pack, InPack[]> {
  const found = new Map<Pack, InPack[]>()
  for (const id of ids.toSorted()) {
    const stored = history.get(id)?.stored
    if (stored?.packed === undefined) continue
    const { pack } = stored.packed
    found.set(pack, [...(found.get(pack) ?? []), stored as InPack])
  }
  return found
}

async function unpackFrom(
  dataset: Dataset,
  context: Context,
  history: History,
  pack: Pack,
  parcels: readonly InPack[],
): Promise<void> {
  const { files, clock } = context.system
  const { layout } = dataset
  const old = expectReadable(pack)
  files.makeFolder(layout.incomplete)
  const folder = temporaryPath(join(layout.incomplete, 'unpack'))
  const reader = openPackReader(files, old, context.signal)
  try {
    files.makeFolder(folder)
    for (const { packed, name, isFolder, id, path } of parcels) {
      context.onProgress?.({ dataset: dataset.name, step: 'unpacking', note: id })
      await extractParcel(reader.entries(packed.parcel), folder, context.signal)
      const taken = join(folder, name)
      const ended = history.get(id)?.ended
      const seal = isEvent(ended, 'sealed') ? detailsOf(ended, layout.ledger).sha256 : packed.parcel.sha256
      const stored = { ...parcels[0]!, name, isFolder, id, path: taken }
      if ((await sumOf(files, stored)) !== seal) throw damagedPack(pack.path, `${name} in it is not what was sealed`)
      await syncParcel(files, taken, isFolder)
      files.rename(taken, path)
    }
    await files.sync(layout.data)
  } catch (error) {
    throw asDamaged(error, pack.path, context.signal)
  } finally {
    await reader.close()
    await files.remove(folder).catch(() => undefined)
  }
  const ids = parcels.map(({ id }) => id)
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'unpacked', pack: pack.name, parcels: ids })
  await rewritePack(dataset, context, { name: pack.name, old, add: [], drop: new Set(ids) })
}

async function sumOf(files: Files, stored: StoredParcel): Promise<string> {
  const digest = openDigest(stored.isFolder)
  for (const entry of entriesOnDisk(files, stored)) for await (const _ of digest.add(entry).body()) continue
  return digest.end().sha256
}

/** Makes durable what is there, the innermost first. */
async function syncParcel(files: Files, path: string, isFolder: boolean): Promise<void> {
  if (isFolder) {
    for (const { name, kind } of files.list(path)) {
      if (kind === 'file' || kind === 'folder') await syncParcel(files, join(path, name), kind === 'folder')
    }
  }
  await files.sync(path)
}
