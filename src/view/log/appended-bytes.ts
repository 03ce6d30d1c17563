import { crc32 } from 'node:zlib'
import type { FileReader, Files } from '../../system/files.ts'
import { StoreDamage } from './damage.ts'

const blockBytes = 32 * 1024
const mostBlocks = 512
const verifiedBytes = 1024 * 1024

export interface Committed {
  bytes: number
  crc: number
}

/** A file that is only ever added to. What was added is in memory until it is flushed. */
export class AppendedBytes {
  readonly path: string | undefined
  readonly #files: Files | undefined
  #reader: FileReader | undefined
  #isUnsynced = false
  /** Bytes in the file that count, and their CRC-32. */
  #flushed: number
  #crc: number
  #tail = Buffer.allocUnsafe(0)
  #tailBytes = 0
  /** By their number in the file, those used last at the end. */
  readonly #blocks = new Map<number, Buffer>()

  /**
   * @param path `undefined`: in memory only.
   * @param committed What is there; what the file has beyond it is of no account.
   */
  constructor(files?: Files, path?: string, committed: Committed = { bytes: 0, crc: 0 }) {
    this.#files = files
    this.path = path
    this.#flushed = committed.bytes
    this.#crc = committed.crc
  }

  /** What is in the file. */
  get flushed(): Committed {
    return { bytes: this.#flushed, crc: this.#crc }
  }

  get size(): number {
    return this.#flushed + this.#tailBytes
  }

  /** Bytes that are not in the file yet. */
  get pendingBytes(): number {
    return this.path === undefined ? 0 : this.#tailBytes
  }

  /** @returns Where they stand. */
  append(bytes: Uint8Array): number {
    const at = this.size
    const needed = this.#tailBytes + bytes.length
    if (needed > this.#tail.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#tail.length * 2, 64 * 1024))
      this.#tail.copy(larger, 0, 0, this.#tailBytes)
      this.#tail = larger
    }
    this.#tail.set(bytes, this.#tailBytes)
    this.#tailBytes = needed
    return at
  }

  /** The bytes stay as they are. @throws StoreDamage when the file is shorter than it was */
  read(from: number, length: number): Uint8Array {
    const start = from - this.#flushed
    // The buffer is used again.
    if (start >= 0) return Uint8Array.prototype.slice.call(this.#tail, start, start + length)
    const first = Math.floor(from / blockBytes)
    const within = from - first * blockBytes
    if (within + length <= blockBytes) return this.#block(first, within + length).subarray(within, within + length)
    const bytes = Buffer.allocUnsafeSlow(length)
    this.#fill(bytes, from)
    return bytes
  }

  /** @throws StoreDamage when the file is not what was written */
  verify(): void {
    let crc = 0
    for (let from = 0; from < this.#flushed; from += verifiedBytes) {
      const bytes = Buffer.allocUnsafe(Math.min(verifiedBytes, this.#flushed - from))
      this.#fill(bytes, from)
      crc = crc32(bytes, crc)
    }
    if (crc !== this.#crc) throw new StoreDamage(`${this.path} is damaged`)
  }

  #block(number: number, needed: number): Buffer {
    let block = this.#blocks.get(number)
    this.#blocks.delete(number)
    if (block === undefined || block.length < needed) {
      const from = number * blockBytes
      block = Buffer.allocUnsafeSlow(Math.min(blockBytes, this.#flushed - from))
      this.#fill(block, from)
    }
    this.#blocks.set(number, block)
    if (this.#blocks.size > mostBlocks) this.#blocks.delete(this.#blocks.keys().next().value!)
    return block
  }

  /** Opens the file to read: then it stays readable when it is removed. */
  hold(): void {
    if (this.path !== undefined) this.#reader ??= this.#files?.open(this.path)
  }

  #fill(bytes: Uint8Array, from: number): void {
    this.hold()
    if (this.#reader?.read(bytes, from) !== bytes.length) throw new StoreDamage(`${this.path} is too short`)
  }

  /** Something was flushed that may not be on the disk yet. */
  get isUnsynced(): boolean {
    return this.#isUnsynced
  }

  /** Returns when what was flushed is on the disk. */
  async sync(): Promise<void> {
    if (this.path !== undefined && this.#isUnsynced) await this.#files!.sync(this.path)
    this.#isUnsynced = false
  }

  /** Writes what was added to the file. */
  async flush(): Promise<void> {
    if (this.path === undefined || this.#tailBytes === 0) return
    const sink = await this.#files!.append(this.path)
    try {
      await sink.write(this.#tail.subarray(0, this.#tailBytes))
    } finally {
      await sink.close()
    }
    this.#crc = crc32(this.#tail.subarray(0, this.#tailBytes), this.#crc)
    this.#flushed += this.#tailBytes
    this.#isUnsynced = true
    this.#tailBytes = 0
  }

  close(): void {
    this.#reader?.close()
    this.#reader = undefined
  }
}
