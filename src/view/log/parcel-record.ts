import { crc32 } from 'node:zlib'
import type { BadItem, HeldList } from '../item.ts'
import type { OrderValue } from '../order.ts'
import { StoreDamage } from './damage.ts'
import { readRuns, writeRuns } from './runs.ts'

/** What a view takes from one parcel. Items are their numbers in the log. */
export interface ParcelExtract {
  /** In the order in which they stand there; of a key that comes twice the last one. */
  items: Uint32Array
  /** Items whose key came again later in the parcel. */
  duplicates: number
  errors: BadItem[]
  /** What documents that were read as one item each hold, if they are much like lists. */
  held?: HeldList[]
  /** The smallest and the largest value of `window.by`; `undefined` without a window, or without such values. */
  bounds: Bounds | undefined
  /** Numbers of texts: the different shapes of the items. */
  shapes: number[]
}

export interface Bounds {
  low: OrderValue
  high: OrderValue
}

interface Head extends Omit<ParcelExtract, 'items' | 'bounds'> {
  count: number
  bounds: Bounds | null
}

/** CRC-32 of all that follows, length of the head, the head as JSON, runs of item numbers. */
export function writeParcelRecord({ items, bounds, ...rest }: ParcelExtract): Uint8Array {
  const head: Head = { ...rest, count: items.length, bounds: bounds ?? null }
  const json = Buffer.from(JSON.stringify(head))
  const bytes = Buffer.concat([Buffer.alloc(8), json, writeRuns(items)])
  bytes.writeUInt32LE(json.length, 4)
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0)
  return bytes
}

/** @throws StoreDamage */
export function readParcelRecord(record: Uint8Array): ParcelExtract {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length)
  if (bytes.length < 8 || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) {
    throw new StoreDamage('the record of a parcel is damaged')
  }
  const end = 8 + bytes.readUInt32LE(4)
  const { count, bounds, ...rest } = JSON.parse(bytes.toString('utf8', 8, end)) as Head
  return { ...rest, bounds: bounds ?? undefined, items: readRuns(bytes.subarray(end), count) }
}
