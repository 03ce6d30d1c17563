import { crc32 } from 'node:zlib'
import type { Files } from '../../system/files.ts'
import { replaceFileBy } from '../../system/replace-file.ts'
import { StoreDamage } from '../log/damage.ts'

const magic = Buffer.from('unsilo 1')
const alignment = 8
const firstReadBytes = 16 * 1024

/** A small part that can be read alone, and parts of bytes, in one file that is replaced as a whole. */
export interface StateFile<Head> {
  head: Head
  /** @throws StoreDamage */
  part(name: string): Buffer
}

interface StoredHead {
  head: unknown
  parts: [name: string, bytes: number, crc: number][]
}

/** Magic, length and CRC-32 of the head, the head as JSON, then the parts, each at a multiple of 8. */
export async function writeStateFile(
  files: Files,
  path: string,
  head: unknown,
  parts: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const stored: StoredHead = {
    head,
    parts: Object.entries(parts).map(([name, bytes]) => [name, bytes.length, crc32(bytes)]),
  }
  const json = Buffer.from(JSON.stringify(stored))
  const start = Buffer.alloc(16)
  magic.copy(start)
  start.writeUInt32LE(json.length, 8)
  start.writeUInt32LE(crc32(json), 12)
  await replaceFileBy(files, path, async (sink) => {
    for (const bytes of [start, json, ...Object.values(parts)]) {
      await sink.write(bytes)
      await sink.write(Buffer.alloc(aligned(bytes.length) - bytes.length))
    }
  })
}

/** @returns `undefined` when there is none. @throws StoreDamage */
export function readStateFile<Head>(files: Files, path: string): (StateFile<Head> & { close(): void }) | undefined {
  const reader = files.open(path)
  if (reader === undefined) return undefined
  const read = (from: number, bytes: number): Buffer => {
    const buffer = Buffer.allocUnsafeSlow(bytes)
    if (reader.read(buffer, from) !== bytes) throw new StoreDamage(`${path} is too short`)
    return buffer
  }
  try {
    let start = Buffer.allocUnsafe(firstReadBytes)
    start = start.subarray(0, reader.read(start, 0))
    if (start.length < 16 || !start.subarray(0, 8).equals(magic)) throw new StoreDamage(`${path} is damaged`)
    const length = start.readUInt32LE(8)
    const json = 16 + length <= start.length ? start.subarray(16, 16 + length) : read(16, length)
    if (crc32(json) !== start.readUInt32LE(12)) throw new StoreDamage(`${path} is damaged`)
    const { head, parts } = JSON.parse(json.toString('utf8')) as StoredHead
    return {
      head: head as Head,
      part(name) {
        let from = 16 + aligned(length)
        for (const [other, bytes, crc] of parts) {
          if (other === name) {
            const part = read(from, bytes)
            if (crc32(part) !== crc) throw new StoreDamage(`${path} is damaged`)
            return part
          }
          from += aligned(bytes)
        }
        throw new StoreDamage(`${path} has no part ${name}`)
      },
      close: () => reader.close(),
    }
  } catch (error) {
    reader.close()
    throw error
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
