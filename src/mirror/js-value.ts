import type { Cell, CellType } from '../view/query/cell.ts'
import { parseExactly, wholeNumber } from './exact-json.ts'

/** The largest and the smallest time that a Date can be, in ms. */
const lastDateMs = 8.64e15
/** Decimals of so many digits are numbers without loss. */
const numberDigits = 15

/**
 * A value of an answer in JavaScript. Whole numbers are numbers, and beyond 2^53 - 1 bigints; decimals of up to 15 digits are
 * numbers, others text. Times are Dates, to the millisecond. JSON is what it says; a list is an array, a struct an object, a map a Map,
 * bytes are a Uint8Array. All else is text as DuckDB writes it.
 */
export function jsValue(cell: Cell, type: CellType | undefined): unknown {
  if (cell === null || typeof cell === 'boolean' || typeof cell === 'number') return cell
  if (typeof cell === 'bigint') return wholeNumber(cell)
  if (typeof cell === 'string') return type?.alias === 'JSON' ? parseExactly(cell) : cell
  if ('items' in cell) {
    const inner = innerType(type, 'valueType')
    return cell.items.map((item) => jsValue(item, inner))
  }
  if ('entries' in cell) return entriesValue(cell.entries, type)
  if ('scale' in cell) return decimalValue(cell)
  if ('bytes' in cell) return new Uint8Array(cell.bytes)
  if ('tag' in cell && 'value' in cell) return jsValue(cell.value, undefined)
  return dateOf(cell) ?? String(cell)
}

type ObjectCell = Exclude<Cell, null | boolean | number | bigint | string>
type DecimalCell = Extract<Cell, { scale: number }>

function decimalValue(cell: DecimalCell): unknown {
  if (cell.scale === 0) return wholeNumber(cell.value)
  return cell.width <= numberDigits ? Number(String(cell)) : String(cell)
}

/** The Date of what is a point in time; `undefined` for all else, and for times that no Date can be, as infinity. */
function dateOf(cell: ObjectCell): Date | undefined {
  const ms = msOf(cell)
  return ms === undefined || Math.abs(ms) > lastDateMs ? undefined : new Date(ms)
}

function msOf(cell: ObjectCell): number | undefined {
  // Times of a day have micros, too, and intervals; their text has no date.
  if (!/^-?\d{4,6}-\d\d-\d\d /.test(String(cell))) return undefined
  if ('micros' in cell) return Math.floor(Number(cell.micros) / 1000)
  if ('nanos' in cell) return Math.floor(Number(cell.nanos) / 1e6)
  if ('millis' in cell) return Number(cell.millis)
  return 'seconds' in cell ? Number(cell.seconds) * 1000 : undefined
}

type Entries = Readonly<Record<string, Cell>> | readonly { key: Cell; value: Cell }[]

function entriesValue(entries: Entries, type: CellType | undefined): unknown {
  if (isMap(entries)) {
    const [keyType, valueType] = [innerType(type, 'keyType'), innerType(type, 'valueType')]
    return new Map(entries.map(({ key, value }) => [jsValue(key, keyType), jsValue(value, valueType)]))
  }
  const types = type !== undefined && 'entryTypes' in type ? type.entryTypes : []
  return Object.fromEntries(Object.entries(entries).map(([name, value], index) => [name, jsValue(value, types[index])]))
}

function isMap(entries: Entries): entries is readonly { key: Cell; value: Cell }[] {
  return Array.isArray(entries)
}

function innerType(type: CellType | undefined, name: 'keyType' | 'valueType'): CellType | undefined {
  return type !== undefined && name in type ? (type as unknown as Record<string, CellType>)[name] : undefined
}
