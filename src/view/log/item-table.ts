import type { AppendedBytes } from './appended-bytes.ts'
import { StoreDamage } from './damage.ts'

/** What is known of an item beside its bytes. */
export interface ItemRecord {
  /** Where the bytes stand, and their CRC-32. */
  offset: number
  length: number
  crc: number
  /** Numbers of texts. */
  key: number
  shape: number
  /** 128 bits, hex. */
  version: string
  order: ItemOrder | undefined
}

/** The value that items are ordered by. Values of different kinds cannot be compared. */
export interface ItemOrder {
  kind: 'number' | 'moment'
  /** A moment in ms since 1970. */
  value: number
}

const words = 14
const recordBytes = words * 4
/** Offset and order are doubles, in words 0 to 3. */
const [lengthAt, crcAt, keyAt, shapeAt, versionAt, kindAt, checkAt] = [4, 5, 6, 7, 8, 12, 13]
const pageRecords = 1024
const kinds = [undefined, 'number', 'moment'] as const

interface Page {
  words: Uint32Array
  doubles: Float64Array
}

/** Records of items by their numbers, of a fixed size; in pages, which are read when they are needed. */
export class ItemTable {
  readonly #file: AppendedBytes
  readonly #pages: (Page | undefined)[] = []
  #size: number
  #committed: number

  constructor(file: AppendedBytes) {
    this.#file = file
    this.#size = this.#committed = file.size / recordBytes
  }

  get size(): number {
    return this.#size
  }

  add({ offset, length, crc, key, shape, version, order }: ItemRecord): number {
    const item = this.#size++
    const page = item % pageRecords === 0 ? (this.#pages[item / pageRecords] = newPage()) : this.#page(item)
    const row = (item % pageRecords) * words
    page.doubles[row / 2] = offset
    page.doubles[row / 2 + 1] = order?.value ?? 0
    page.words[row + lengthAt] = length
    page.words[row + crcAt] = crc
    page.words[row + keyAt] = key
    page.words[row + shapeAt] = shape
    for (let part = 0; part < 4; part++) {
      page.words[row + versionAt + part] = Number.parseInt(version.slice(part * 8, part * 8 + 8), 16)
    }
    page.words[row + kindAt] = kinds.indexOf(order?.kind)
    page.words[row + checkAt] = checkOf(page.words, row, item)
    return item
  }

  keyOf(item: number): number {
    return this.#page(item).words[(item % pageRecords) * words + keyAt]!
  }

  shapeOf(item: number): number {
    return this.#page(item).words[(item % pageRecords) * words + shapeAt]!
  }

  placeOf(item: number): Pick<ItemRecord, 'offset' | 'length' | 'crc'> {
    const page = this.#page(item)
    const row = (item % pageRecords) * words
    return { offset: page.doubles[row / 2]!, length: page.words[row + lengthAt]!, crc: page.words[row + crcAt]! }
  }

  orderKindOf(item: number): ItemOrder['kind'] | undefined {
    return kinds[this.#page(item).words[(item % pageRecords) * words + kindAt]!]
  }

  /** Only where there is a kind. */
  orderValueOf(item: number): number {
    return this.#page(item).doubles[((item % pageRecords) * words) / 2 + 1]!
  }

  versionOf(item: number): string {
    const page = this.#page(item)
    const from = (item % pageRecords) * words + versionAt
    let version = ''
    for (let part = 0; part < 4; part++) version += page.words[from + part]!.toString(16).padStart(8, '0')
    return version
  }

  hasSameVersion(one: number, other: number): boolean {
    const [a, b] = [this.#page(one).words, this.#page(other).words]
    const [from, otherFrom] = [(one % pageRecords) * words, (other % pageRecords) * words]
    for (let part = versionAt; part < versionAt + 4; part++) if (a[from + part] !== b[otherFrom + part]) return false
    return true
  }

  /** Hands what was added to the file. */
  write(): void {
    while (this.#committed < this.#size) {
      const page = this.#page(this.#committed)
      const from = this.#committed % pageRecords
      const to = Math.min(pageRecords, from + this.#size - this.#committed)
      this.#file.append(new Uint8Array(page.words.buffer, from * recordBytes, (to - from) * recordBytes))
      this.#committed += to - from
    }
  }

  #page(item: number): Page {
    const number = Math.floor(item / pageRecords)
    return this.#pages[number] ?? (this.#pages[number] = this.#load(number))
  }

  #load(number: number): Page {
    const first = number * pageRecords
    const count = Math.min(pageRecords, this.#committed - first)
    if (count <= 0) throw new StoreDamage(`${this.#file.path} has no item ${first}`)
    const page = newPage()
    const bytes = new Uint8Array(page.words.buffer)
    bytes.set(this.#file.read(first * recordBytes, count * recordBytes))
    for (let index = 0; index < count; index++) {
      if (page.words[index * words + checkAt] !== checkOf(page.words, index * words, first + index)) {
        throw new StoreDamage(`${this.#file.path} is damaged`)
      }
    }
    return page
  }
}

function newPage(): Page {
  const buffer = new ArrayBuffer(pageRecords * recordBytes)
  return { words: new Uint32Array(buffer), doubles: new Float64Array(buffer) }
}

/** Of a record and its number. */
function checkOf(from: Uint32Array, row: number, item: number): number {
  let check = item ^ 0x9e37_79b9
  for (let word = 0; word < checkAt; word++) {
    check = Math.imul(check ^ from[row + word]!, 0x85eb_ca6b)
    check ^= check >>> 13
  }
  return check >>> 0
}
