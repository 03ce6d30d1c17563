import { isAscii, isUtf8 } from 'node:buffer'

/** One entry, as a zip archive tells of it (APPNOTE.TXT 6.3.10). */
export interface ZipEntry {
  name: Buffer
  /** Type and permissions as in stat(2). */
  unixMode: number
  modifiedNs: bigint
  method: 'stored' | 'deflated'
  crc32: number
  packedBytes: number
  sizeBytes: number
  /** Where the local header begins. */
  offset: number
  /** Sizes and sum are not known before the content, and stand in a descriptor after it. */
  isStreamed: boolean
  /** The descriptor and the local header leave room for sizes of 4 GiB and more. */
  isLarge: boolean
}

export const unixType = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const

const max16 = 0xffff
const max32 = 0xffffffff
/** Written by a Unix system, by version 6.3 of the format. */
const madeBy = (3 << 8) | 63
/** 2.0 knows folders and deflate, 4.5 sizes of 4 GiB and more. */
const version = (isLarge: boolean): number => (isLarge ? 45 : 20)

function flagsOf({ name, isStreamed }: ZipEntry): number {
  // Names of other encodings have no flag; unzip on Unix then takes the bytes as they are.
  const isUtf8Name = !isAscii(name) && isUtf8(name)
  return (isStreamed ? 1 << 3 : 0) | (isUtf8Name ? 1 << 11 : 0)
}

/** Appended in order: a number takes the bytes that stand before it. */
function record(...fields: (readonly [2 | 4 | 8, number] | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      if (Buffer.isBuffer(field)) return field
      const [bytes, value] = field
      const encoded = Buffer.alloc(bytes)
      if (bytes === 8) encoded.writeBigUInt64LE(BigInt(value))
      else encoded.writeUIntLE(value, 0, bytes)
      return encoded
    }),
  )
}

export function localHeader(entry: ZipEntry): Buffer {
  const { name, isStreamed, isLarge, packedBytes, sizeBytes } = entry
  const extra = Buffer.concat([isLarge ? record([2, 1], [2, 16], [8, 0], [8, 0]) : Buffer.alloc(0), timeField(entry)])
  const size = (bytes: number): number => (isLarge ? max32 : isStreamed ? 0 : bytes)
  return record(
    [4, 0x04034b50],
    [2, version(isLarge)],
    [2, flagsOf(entry)],
    [2, entry.method === 'deflated' ? 8 : 0],
    [4, dosTime(entry.modifiedNs)],
    [4, isStreamed ? 0 : entry.crc32],
    [4, size(packedBytes)],
    [4, size(sizeBytes)],
    [2, name.length],
    [2, extra.length],
    name,
    extra,
  )
}

export function dataDescriptor({ crc32, packedBytes, sizeBytes, isLarge }: ZipEntry): Buffer {
  const bytes = isLarge ? 8 : 4
  return record([4, 0x08074b50], [4, crc32], [bytes, packedBytes], [bytes, sizeBytes])
}

export function directoryRecord(entry: ZipEntry): Buffer {
  const { name, packedBytes, sizeBytes, offset, unixMode } = entry
  const large = [sizeBytes, packedBytes, offset].filter((value) => value >= max32)
  const isLarge = entry.isLarge || large.length > 0
  const numbers = large.map((value) => [8, value] as const)
  const largeField = large.length === 0 ? Buffer.alloc(0) : record([2, 1], [2, large.length * 8], ...numbers)
  const extra = Buffer.concat([largeField, timeField(entry)])
  // The low byte is for DOS; 0x10 is a folder.
  const attributes = unixMode * 0x10000 + (name.at(-1) === 0x2f ? 0x10 : 0)
  return record(
    [4, 0x02014b50],
    [2, madeBy],
    [2, version(isLarge)],
    [2, flagsOf(entry)],
    [2, entry.method === 'deflated' ? 8 : 0],
    [4, dosTime(entry.modifiedNs)],
    [4, entry.crc32],
    [4, Math.min(packedBytes, max32)],
    [4, Math.min(sizeBytes, max32)],
    [2, name.length],
    [2, extra.length],
    // No comment, the first disk, no internal attributes.
    [2, 0],
    [2, 0],
    [2, 0],
    [4, attributes],
    [4, Math.min(offset, max32)],
    name,
    extra,
  )
}

/** What closes an archive whose directory of `entries` records begins at `offset`. */
export function endRecords(entries: number, offset: number, directoryBytes: number): Buffer {
  const end = record(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(entries, max16)],
    [2, Math.min(entries, max16)],
    [4, Math.min(directoryBytes, max32)],
    [4, Math.min(offset, max32)],
    [2, 0],
  )
  if (entries < max16 && offset < max32 && directoryBytes < max32) return end
  const large = record(
    [4, 0x06064b50],
    [8, 44],
    [2, madeBy],
    [2, version(true)],
    [4, 0],
    [4, 0],
    [8, entries],
    [8, entries],
    [8, directoryBytes],
    [8, offset],
  )
  const locator = record([4, 0x07064b50], [4, 0], [8, offset + directoryBytes], [4, 1])
  return Buffer.concat([large, locator, end])
}

function secondsOf(ns: bigint): number {
  return Math.floor(Number(ns / 1_000_000n) / 1000)
}

/** Info-ZIP's "extended timestamp": the modification time in UTC, as far as 32 bits go. */
function timeField({ modifiedNs }: ZipEntry): Buffer {
  const seconds = secondsOf(modifiedNs)
  if (seconds < -0x80000000 || seconds > 0x7fffffff) return Buffer.alloc(0)
  return record([2, 0x5455], [2, 5], Buffer.of(1), [4, seconds >>> 0])
}

/** Date and time of DOS, in UTC, so that the same files make the same archive in every time zone. */
function dosTime(ns: bigint): number {
  const seconds = Math.min(Math.max(secondsOf(ns), Date.UTC(1980) / 1000), Date.UTC(2107, 11, 31, 23, 59, 58) / 1000)
  const date = new Date(seconds * 1000)
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return day * 0x10000 + time
}
