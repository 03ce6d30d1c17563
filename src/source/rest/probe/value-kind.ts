import { parseInstant } from '../cursor/instant.ts'

/** What the values of a field are. */
export type ValueKind =
  | 'whole number'
  | 'number'
  | 'text of digits'
  | 'text'
  | 'UUID'
  | 'time'
  | 'seconds since 1970'
  | 'ms since 1970'
  | 'address'
  | 'boolean'
  | 'list'
  | 'table'
  | 'null'
  | 'mixed'

const timeName =
  /(?:^|[_-])(?:at|on|ts|uts|utc|time|date|timestamp|created|updated|modified|edited|changed|added|saved|published|when)$|(?:At|On|Time|Date|Utc|UTC|Timestamp|Created|Updated|Modified|Update)$/

const [earliest, latest] = [Date.UTC(1990, 0), Date.UTC(2100, 0)]

/** What all of them are. @param name A number is a time only where the field's name says so. */
export function kindOfValues(name: string, values: readonly unknown[]): ValueKind {
  if (values.length === 0) return 'null'
  const kinds = new Set(values.map(kindOf))
  const kind = kinds.size === 1 ? [...kinds][0]! : [...kinds].every(isNumeric) ? 'number' : textOrMixed(kinds)
  if (!isNumeric(kind) || !timeName.test(name)) return kind
  const isWithin = (factor: number): boolean =>
    values.every((value) => Number(value) * factor >= earliest && Number(value) * factor < latest)
  if (isWithin(1000)) return 'seconds since 1970'
  return isWithin(1) ? 'ms since 1970' : kind
}

function textOrMixed(kinds: ReadonlySet<ValueKind>): ValueKind {
  const texts: readonly ValueKind[] = ['text', 'text of digits', 'UUID', 'time', 'address']
  return [...kinds].every((kind) => texts.includes(kind)) ? 'text' : 'mixed'
}

function isNumeric(kind: ValueKind): boolean {
  return kind === 'whole number' || kind === 'number' || kind === 'text of digits'
}

function kindOf(value: unknown): ValueKind {
  if (typeof value === 'number') return Number.isInteger(value) ? 'whole number' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return kindOfText(value)
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'list' : 'table'
}

function kindOfText(text: string): ValueKind {
  if (/^\d{1,30}$/.test(text)) return 'text of digits'
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return 'UUID'
  if (parseInstant(text) !== undefined) return 'time'
  return /^https?:\/\/\S+$/i.test(text) ? 'address' : 'text'
}
