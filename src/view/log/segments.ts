import { createHash } from 'node:crypto'
import { StoreDamage } from './damage.ts'

/** Where the record of a parcel stands. */
export interface Segment {
  offset: number
  length: number
}

const idBytes = 18
const contentBytes = 16
const bytesEach = idBytes + contentBytes + 6 + 4
const offsetAt = idBytes + contentBytes
const lengthAt = offsetAt + 6

/** The parcels of a log, by numbers in the order in which they were read. */
export class Segments {
  #bytes: Buffer
  #size: number
  /** Made when it is needed first. */
  #byName: Map<string, number> | undefined

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes
    this.#size = Math.floor(bytes.length / bytesEach)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size * bytesEach)
  }

  /** @param id Of the parcel, fixed-width. @param content Tells its content from any other. */
  add(id: string, content: string, { offset, length }: Segment): number {
    const from = this.#size * bytesEach
    if (from === this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(Math.max(from, bytesEach * 64))])
    }
    const name = nameOf(id, content)
    name.copy(this.#bytes, from)
    this.#byName?.set(name.toString('latin1'), this.#size)
    this.#bytes.writeUIntLE(offset, from + offsetAt, 6)
    this.#bytes.writeUInt32LE(length, from + lengthAt)
    return this.#size++
  }

  /** The number of the parcel with that content. */
  find(id: string, content: string): number | undefined {
    this.#byName ??= this.#numbersByName()
    return this.#byName.get(nameOf(id, content).toString('latin1'))
  }

  at(segment: number): Segment {
    if (segment >= this.#size) throw new StoreDamage(`there is no parcel ${segment}`)
    const from = segment * bytesEach
    return { offset: this.#bytes.readUIntLE(from + offsetAt, 6), length: this.#bytes.readUInt32LE(from + lengthAt) }
  }

  #numbersByName(): Map<string, number> {
    const numbers = new Map<string, number>()
    for (let segment = 0; segment < this.#size; segment++) {
      const from = segment * bytesEach
      numbers.set(this.#bytes.toString('latin1', from, from + offsetAt), segment)
    }
    return numbers
  }
}

function nameOf(id: string, content: string): Buffer {
  const name = Buffer.alloc(idBytes + contentBytes)
  name.write(id, 'latin1')
  createHash('sha256').update(content).digest().copy(name, idBytes, 0, contentBytes)
  return name
}
