import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { PackedEvent } from '../../ledger/event.ts'
import { appendToLedger } from '../../ledger/ledger.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { type Pack, damagedPack, readOwnIndex } from '../../parcel/pack-file.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import type { Context, Dataset } from '../dataset.ts'
import { readDigests } from './check-pack.ts'
import type { ParcelDigest } from './digest.ts'
import { entriesOnDisk } from './entries.ts'
import { type ReadablePack, openPackReader } from './read-pack.ts'
import { type PackSource, type WrittenPack, writePack } from './write-pack.ts'

/** A parcel that is to go from `data/` into a pack. */
export interface Packable {
  stored: StoredParcel
  bytes: number
  /** Of its seal; where it has none, of what lies there. */
  sha256: string
}

export interface Rewriting {
  /** Of the pack, in `data/`. */
  name: string
  /** The pack as it is; `undefined` when there is none yet. */
  old: ReadablePack | undefined
  add: readonly Packable[]
  /** What is in the old one and not to be in the new one. */
  drop: ReadonlySet<ParcelId>
}

export interface Rewritten {
  /** Missing: nothing is left in the pack, and it was removed. */
  event: PackedEvent | undefined
  /** Of those that were to be added: they are not what was sealed, so they stay where they are. */
  damaged: StoredParcel[]
}

/**
 * Writes a pack anew, with some parcels more or less: to a temporary file, which is read back to its last byte and compared with the
 * seals before it takes its place; then the ledger says so. A crash leaves the old pack or the new one. Originals are not removed
 * here. A pack of nothing is removed.
 *
 * @throws UnsiloError `corrupt` when the old pack is damaged, or the new one cannot be read back; nothing has changed then
 */
export async function rewritePack(dataset: Dataset, context: Context, rewriting: Rewriting): Promise<Rewritten> {
  const damaged: StoredParcel[] = []
  for (;;) {
    const add = rewriting.add.filter(({ stored }) => !damaged.includes(stored))
    const hasNothing = add.length === 0 && rewriting.add.length > 0 && rewriting.drop.size === 0
    if (hasNothing) return { event: undefined, damaged }
    const done = await tryRewrite(dataset, context, { ...rewriting, add })
    if (!Array.isArray(done)) return { event: done, damaged }
    damaged.push(...done)
  }
}

/** @returns Those that are not what was sealed, if there are any; nothing has changed then. */
async function tryRewrite(
  dataset: Dataset,
  context: Context,
  { name, old, add, drop }: Rewriting,
): Promise<PackedEvent | StoredParcel[] | undefined> {
  const { files } = context.system
  const { layout } = dataset
  const path = join(layout.data, name)
  const isAdded = (id: ParcelId): boolean => add.some(({ stored }) => stored.id === id)
  const kept = old?.index.parcels.filter(({ id }) => !drop.has(id) && !isAdded(id)) ?? []
  if (kept.length + add.length === 0) {
    await files.remove(path)
    await files.sync(layout.data)
    return undefined
  }
  files.makeFolder(layout.incomplete)
  const temporary = temporaryPath(join(layout.incomplete, name))
  const reader = old === undefined ? undefined : openPackReader(files, old, context.signal)
  let event: PackedEvent
  try {
    const again = kept.map((parcel): PackSource => {
      return { parcel, sizeBytes: parcel.bytes, entries: () => reader!.entries(parcel) }
    })
    const fresh = add.map(({ stored, bytes, sha256 }): PackSource => {
      const { id, name: own, isFolder } = stored
      const parcel = { id, name: own, isFolder, sha256 }
      return { parcel, sizeBytes: bytes, entries: () => entriesOnDisk(files, stored) }
    })
    const sources = [...again, ...fresh].sort((a, b) => (a.parcel.id < b.parcel.id ? -1 : 1))
    const written = await writePack(files, temporary, sources, context.signal)
    const damaged = damagedAmong(path, written, add)
    if (damaged.length > 0) {
      await files.remove(temporary)
      return damaged
    }
    await readBack(temporary, written, context)
    event = {
      event: 'packed',
      pack: name,
      bytes: written.bytes,
      sha256: written.sha256,
      parcels: written.index.parcels.map(({ id }) => id),
    }
    files.rename(temporary, path)
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw context.signal.aborted ? new UnsiloError('cancelled', 'interrupted', { cause: error }) : error
  } finally {
    await reader?.close()
  }
  await files.sync(layout.data)
  await appendToLedger(files, layout.ledger, context.system.clock.now(), event)
  return event
}

/** What went in and is not what was sealed. @throws UnsiloError `corrupt` when the old pack had it so */
function damagedAmong(path: string, { index, digests }: WrittenPack, add: readonly Packable[]): StoredParcel[] {
  const wrong = index.parcels.filter(({ sha256 }, at) => digests[at]!.sha256 !== sha256)
  return wrong.map(({ id, name }) => {
    const original = add.find(({ stored }) => stored.id === id)
    if (original === undefined) throw damagedPack(path, `${name} in it is not what was sealed`)
    return original.stored
  })
}

async function readBack(temporary: string, { bytes, index, digests }: WrittenPack, context: Context): Promise<void> {
  const { files } = context.system
  const isIndexed = JSON.stringify(readOwnIndex(files, temporary, bytes)) === JSON.stringify(index)
  const found = await readDigests(files, { name: '', path: temporary, bytes, index }, context.signal)
  if (isIndexed && found.every((digest, at) => isSame(digest, digests[at]!))) return
  throw new UnsiloError('corrupt', `${temporary} is not what was written to it; nothing was removed`, {
    hint: 'Check the disk (dmesg, smartctl) and the memory of this machine.',
  })
}

function isSame(a: ParcelDigest, b: ParcelDigest): boolean {
  return a.sha256 === b.sha256 && a.looks === b.looks && a.files === b.files && a.bytes === b.bytes
}

/** @throws UnsiloError `corrupt` when nothing says what is in it */
export function expectReadable(pack: Pack): ReadablePack {
  const { index } = pack
  if (index !== undefined) return { ...pack, index }
  throw damagedPack(pack.path, 'its index cannot be read')
}
