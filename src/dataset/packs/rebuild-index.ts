import { dirname } from 'node:path'
import { zstdFrames } from '../../codec/zstd-frames.ts'
import { UnsiloError } from '../../errors.ts'
import { splitParcelName } from '../../parcel/id.ts'
import { type Pack, type PackIndex, cachedIndexPath, cachedIndexText, damagedPack } from '../../parcel/pack-file.ts'
import { replaceFile } from '../../system/replace-file.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type Digester, openDigest } from './digest.ts'
import type { PackEntry } from './entries.ts'
import { type ReadablePack, asDamaged, readEntries, topOf } from './read-pack.ts'

/**
 * Reads a pack whole that has no index any more, or never had one, and keeps what it finds in `.cache`. The pack itself is not
 * changed.
 *
 * @throws UnsiloError `corrupt`
 */
export async function rebuildIndex({ layout }: Dataset, context: Context, pack: Pack): Promise<ReadablePack> {
  const { files } = context.system
  const index = await readIndex(context, pack)
  const path = cachedIndexPath(layout.cache, pack.path)
  files.makeFolder(dirname(path))
  await replaceFile(files, path, cachedIndexText(files, pack.path, index))
  return { ...pack, index }
}

async function readIndex({ system: { files }, signal }: Context, { path, bytes }: Pack): Promise<PackIndex> {
  const frames = await zstdFrames(files.read(path))
  if (frames.length === 0)
    throw withWayOut(damagedPack(path, 'no part of it is whole zstd; perhaps its end is missing'), path)
  const last = frames.at(-1)!
  // Where a parcel begins is known of the first frame only.
  const whole = { at: 0, bytes: last.at + last.bytes }
  const index: PackIndex = { frames: frames.length === 1 ? [whole] : frames, parcels: [] }
  let current: { name: string; isFolder: boolean; digest: Digester } | undefined
  const end = (): void => {
    if (current === undefined) return
    const { name, isFolder, digest } = current
    const parts = splitParcelName(name)
    if (parts === undefined) throw new UnsiloError('wrong-content', `it holds "${name}", which is no parcel`)
    const { files: count, bytes: size, sha256 } = digest.end()
    index.parcels.push({ id: parts.id, name, isFolder, files: count, bytes: size, sha256, frame: 0 })
  }
  try {
    for await (const entry of readEntries(files, path, frames, signal)) {
      if (current?.name !== topOf(entry)) {
        end()
        current = begin(entry)
      }
      for await (const _ of current.digest.add(entry).body()) continue
    }
    end()
  } catch (error) {
    throw withWayOut(asDamaged(error, path, signal), path)
  }
  if (bytes > 0 && index.parcels.length === 0) throw damagedPack(path, 'it holds no parcel')
  return index
}

/** Adds what can be done by hand: the archive may be whole up to the damage. */
function withWayOut(error: unknown, path: string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'corrupt') return error
  const { code, message, hint, cause } = error
  const byHand = `zstd -dc --long=27 '${path}' | tar -x -C FOLDER`
  return new UnsiloError(code, message, {
    hint: `${hint} Else \`${byHand}\` takes out what is before the damage: the last file is cut off; move the others into data/, and type \`unsilo verify --all\`.`,
    cause,
  })
}

function begin(entry: PackEntry): { name: string; isFolder: boolean; digest: Digester } {
  const isFolder = entry.kind === 'folder'
  return { name: topOf(entry), isFolder, digest: openDigest(isFolder) }
}
