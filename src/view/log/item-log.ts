import { crc32 } from 'node:zlib'
import type { ReadItem } from '../extract/read-item.ts'
import type { OrderValue } from '../order.ts'
import { AppendedBytes } from './appended-bytes.ts'
import { StoreDamage } from './damage.ts'
import { type ItemOrder, ItemTable } from './item-table.ts'
import { Numbers } from './numbers.ts'
import { type ParcelExtract, readParcelRecord, writeParcelRecord } from './parcel-record.ts'
import { Segments } from './segments.ts'
import { Texts } from './texts.ts'

/** Items may have fields of every name: of more shapes the numbers are looked up each time. */
const mostShapes = 1000

/** What a log is kept in. */
export interface LogParts {
  /** Bytes of the items, one behind the other. */
  json: AppendedBytes
  table: AppendedBytes
  /** Records of parcels. */
  parcels: AppendedBytes
  texts: Texts
  segments: Segments
}

const inMemory = (): LogParts => ({
  json: new AppendedBytes(),
  table: new AppendedBytes(),
  parcels: new AppendedBytes(),
  texts: new Texts(),
  segments: new Segments(),
})

/** What a view takes from its parcels. Each item has a number; items of one parcel that have the same bytes as in the one before are the same. */
export class ItemLog {
  readonly texts: Texts
  readonly table: ItemTable
  readonly segments: Segments
  /** By numbers of texts, for whoever needs a number for each for a while; all are 0 in between. */
  readonly places = new Numbers()
  readonly #parts: LogParts
  /** Numbers of shapes: many items have the same. */
  readonly #shapes = new Map<string, number>()

  constructor(parts: LogParts = inMemory()) {
    this.#parts = parts
    this.texts = parts.texts
    this.segments = parts.segments
    this.table = new ItemTable(parts.table)
  }

  /** Of all items, those that no parcel has any more too. */
  get jsonBytes(): number {
    return this.#parts.json.size
  }

  /** @returns The number of the item. */
  addItem({ key, shape, version, order, json }: ReadItem): number {
    return this.table.add({
      offset: this.#parts.json.append(json),
      length: json.length,
      crc: crc32(json),
      key: this.texts.numberOf(key),
      shape: this.#shapeNumber(shape),
      version,
      order: storedOrder(order),
    })
  }

  /** @returns The number of the same item here. */
  copyItem(from: ItemLog, item: number): number {
    const { table, texts } = from
    const kind = table.orderKindOf(item)
    const json = from.jsonOf(item)
    return this.table.add({
      offset: this.#parts.json.append(json),
      length: json.length,
      crc: crc32(json),
      key: this.texts.numberOf(texts.textOf(table.keyOf(item))),
      shape: this.#shapeNumber(texts.textOf(table.shapeOf(item))),
      version: table.versionOf(item),
      order: kind && { kind, value: table.orderValueOf(item) },
    })
  }

  /** @throws StoreDamage */
  jsonOf(item: number): Uint8Array {
    const { offset, length, crc } = this.table.placeOf(item)
    const json = this.#parts.json.read(offset, length)
    if (crc32(json) !== crc) throw new StoreDamage(`${this.#parts.json.path} is damaged`)
    return json
  }

  #shapeNumber(shape: string): number {
    let number = this.#shapes.get(shape)
    if (number !== undefined) return number
    number = this.texts.numberOf(shape)
    if (this.#shapes.size < mostShapes) this.#shapes.set(shape, number)
    return number
  }

  keyOf(item: number): string {
    return this.texts.textOf(this.table.keyOf(item))
  }

  /** The value of `window.by`. */
  orderOf(item: number): OrderValue | undefined {
    const kind = this.table.orderKindOf(item)
    if (kind === undefined) return undefined
    const value = this.table.orderValueOf(item)
    return kind === 'number' ? value : new Date(value).toISOString()
  }

  /** @returns The number of the parcel. */
  addParcel(id: string, content: string, extract: ParcelExtract): number {
    const record = writeParcelRecord(extract)
    return this.segments.add(id, content, { offset: this.#parts.parcels.append(record), length: record.length })
  }

  /** @throws StoreDamage */
  extractOf(parcel: number): ParcelExtract {
    const { offset, length } = this.segments.at(parcel)
    return readParcelRecord(this.#parts.parcels.read(offset, length))
  }
}

function storedOrder(order: OrderValue | undefined): ItemOrder | undefined {
  if (order === undefined) return undefined
  return typeof order === 'number' ? { kind: 'number', value: order } : { kind: 'moment', value: Date.parse(order) }
}
