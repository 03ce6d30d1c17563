import { basename, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { type ParcelId, isParcelId, splitParcelName } from './id.ts'

/** A parcel inside of a pack. */
export interface PackedParcel {
  id: ParcelId
  /** Of its file or folder, as it was in `data/`. */
  name: string
  isFolder: boolean
  /** Regular files. */
  files: number
  bytes: number
  /** Of the file; of a folder, that of its list of hashes. */
  sha256: string
  /** Which of the frames it begins in. It ends in the same one. */
  frame: number
}

/** A part of a pack that can be decompressed by itself; its content begins and ends between two parcels. */
export interface PackFrame {
  /** Position in the file. */
  at: number
  bytes: number
}

/** What a pack says of itself. */
export interface PackIndex {
  frames: PackFrame[]
  /** Oldest first, which is their order in the pack. */
  parcels: PackedParcel[]
}

/** A pack that lies in `data/`. */
export interface Pack {
  name: string
  path: string
  /** Of the file; together with the parcels' hashes it tells one pack from another of the same name. */
  bytes: number
  /** `undefined`: its index cannot be read, so it has to be read whole first. */
  index: PackIndex | undefined
}

const packEnd = '.pack.tar.zst'
const packName = /^\d{4}(?:-(?:0[1-9]|1[0-2]))?\.pack\.tar\.zst$/

export function isPackName(name: string): boolean {
  // `data/` has thousands of other names.
  return name.endsWith(packEnd) && packName.test(name)
}

/** The pack that a parcel goes into. */
export function packOf(id: ParcelId, per: 'month' | 'year'): string {
  return `${id.slice(0, per === 'month' ? 7 : 4)}.pack.tar.zst`
}

// A skippable frame (RFC 8878, 3.1.2): decompressors pass over it. At the end of the file it is found without reading the rest.
const skippableMagic = 0x184d2a5d
const endMark = Buffer.from('unsilopk')
const headBytes = 8
const footBytes = 4 + endMark.length
/** Room for the index of some 250 parcels; a larger one is read in a second look. */
const firstLookBytes = 64 * 1024
const version = 1

/** The last bytes of a pack: what it holds, as JSON with a line for each parcel. */
export function packTail({ frames, parcels }: PackIndex): Buffer {
  const lines = parcels.map((parcel) => JSON.stringify(parcel)).join(',\n')
  const text = Buffer.from(`\n{"unsilo":${version},"frames":${JSON.stringify(frames)},"parcels":[\n${lines}\n]}\n`)
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(skippableMagic, 0)
  head.writeUInt32LE(text.length + footBytes, 4)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(text.length)
  return Buffer.concat([head, text, foot, endMark])
}

/** The packs among names of `data/`, without reading more than their ends. */
export function readPacks(files: Files, data: string, cache: string, names: readonly string[]): Pack[] {
  return names.filter(isPackName).map((name) => {
    const path = join(data, name)
    const info = files.info(path)
    const bytes = info?.sizeBytes ?? 0
    return { name, path, bytes, index: readOwnIndex(files, path, bytes) ?? readCachedIndex(files, cache, path) }
  })
}

/** What the last bytes of a pack say; `undefined`: nothing that can be read. */
export function readOwnIndex(files: Files, path: string, bytes: number): PackIndex | undefined {
  let end = Buffer.from(files.readEnd(path, firstLookBytes))
  if (end.length < footBytes || !end.subarray(-endMark.length).equals(endMark)) return undefined
  const textBytes = end.readUInt32LE(end.length - footBytes)
  const wanted = textBytes + footBytes
  if (wanted > bytes) return undefined
  if (wanted > end.length) end = Buffer.from(files.readEnd(path, wanted))
  return parseIndex(end.subarray(-wanted, -footBytes).toString('utf8'))
}

function parseIndex(text: string): PackIndex | undefined {
  try {
    const read = JSON.parse(text) as Partial<PackIndex> & { unsilo?: unknown }
    return read.unsilo === version && isIndex(read) ? { frames: read.frames, parcels: read.parcels } : undefined
  } catch {
    return undefined
  }
}

/** A pack may come from anywhere: what its index says is used as names of files. */
function isIndex(read: Partial<PackIndex>): read is PackIndex {
  const { frames, parcels } = read
  if (!Array.isArray(frames) || !Array.isArray(parcels)) return false
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  return (
    frames.every((frame) => isCount(frame?.at) && isCount(frame?.bytes)) &&
    parcels.every(
      (one) =>
        typeof one?.id === 'string' &&
        typeof one.name === 'string' &&
        isParcelId(one.id) &&
        splitParcelName(one.name)?.id === one.id &&
        basename(one.name) === one.name &&
        typeof one.isFolder === 'boolean' &&
        isCount(one.files) &&
        isCount(one.bytes) &&
        /^[0-9a-f]{64}$/.test(one.sha256) &&
        isCount(one.frame) &&
        one.frame < frames.length,
    )
  )
}

/** Where the index of a pack is kept that has none of its own any more. */
export function cachedIndexPath(cache: string, pack: string): string {
  return join(cache, 'packs', `${basename(pack)}.json`)
}

/** As it is written there: only for a pack of this size and time. */
export function cachedIndexText(files: Files, pack: string, index: PackIndex): string {
  return `${JSON.stringify({ unsilo: version, of: lookOf(files, pack), ...index })}\n`
}

function readCachedIndex(files: Files, cache: string, pack: string): PackIndex | undefined {
  const text = files.readText(cachedIndexPath(cache, pack))
  if (text === undefined || !text.includes(JSON.stringify(lookOf(files, pack)))) return undefined
  return parseIndex(text)
}

function lookOf(files: Files, pack: string): string {
  const info = files.info(pack)
  return `${info?.sizeBytes} ${info?.modifiedAt.toISOString()}`
}

/** @param reason Why it cannot be read. */
export function damagedPack(path: string, reason: string, cause?: unknown): UnsiloError {
  return new UnsiloError('corrupt', `${path} is damaged: ${reason}`, {
    hint: 'If there are copies of its parcels elsewhere, or of the pack in a backup, bring them back from there.',
    cause,
  })
}
