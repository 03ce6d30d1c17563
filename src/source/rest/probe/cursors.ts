import { type MarkKind, compareMarks, readMark } from '../cursor/mark.ts'
import type { Field } from './fields.ts'

/** A field that says when a record was made or changed, or that only grows. */
export interface CursorCandidate {
  field: string
  as: MarkKind
  /** How the page is sorted by it; `same`: all values are equal. */
  order: 'ascending' | 'descending' | 'same' | 'none'
  /** Records that have no value. */
  missing: number
  /** Is it different in each record? */
  isUnique: boolean
  /** The smallest and the largest value; at most 20 characters of each. */
  from: string
  to: string
}

const mostShown = 4

/** What may be a cursor; fields that change with their record come first. */
export function cursorsOf(fields: readonly Field[]): CursorCandidate[] {
  return fields
    .flatMap((field) => {
      const candidate = candidateOf(field)
      return candidate === undefined ? [] : [{ candidate, rank: rankOf(field) }]
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, mostShown)
    .map(({ candidate }) => candidate)
}

function candidateOf(field: Field): CursorCandidate | undefined {
  const as = markKindOf(field)
  if (as === undefined) return undefined
  const marks = field.values.flatMap((value) => readMark(as, value) ?? [])
  if (marks.length === 0) return undefined
  const signs = new Set(marks.slice(1).map((mark, index) => Math.sign(compareMarks(mark, marks[index]!))))
  const isUnique = new Set(marks.map(({ text }) => text)).size === field.values.length
  const order = orderOf(signs)
  // A number is worth to be named only when it grows from record to record.
  const isGrowing = marks.length >= 3 && isUnique && (order === 'ascending' || order === 'descending')
  if (as === 'number' && !isGrowing) return undefined
  const sorted = [...marks].sort(compareMarks)
  return {
    field: field.path,
    as,
    order,
    missing: field.values.length - field.count,
    isUnique,
    from: shortValue(sorted[0]!.text),
    to: shortValue(sorted.at(-1)!.text),
  }
}

function orderOf(signs: ReadonlySet<number>): CursorCandidate['order'] {
  if (signs.has(1) && signs.has(-1)) return 'none'
  if (signs.has(1)) return 'ascending'
  return signs.has(-1) ? 'descending' : 'same'
}

function markKindOf({ kind, name, depth }: Field): MarkKind | undefined {
  if (kind === 'time') return 'time'
  if (kind === 'seconds since 1970') return 'epoch'
  if (kind === 'ms since 1970') return 'epoch-ms'
  const isNumber = kind === 'whole number' || kind === 'text of digits'
  return isNumber && depth === 1 && /^_?id$|_id$|Id$|^(?:number|iid|seq|sequence|version)$/.test(name)
    ? 'number'
    : undefined
}

function rankOf({ name, kind, depth }: Field): number {
  const byName = /updat|modif|chang|edit/i.test(name)
    ? 0
    : /creat|add|sav|publish|insert|time|date|utc|uts/i.test(name)
      ? 1
      : 2
  return byName + (kind === 'time' || kind.endsWith('1970') ? 0 : 4) + 10 * (depth - 1)
}

/** As much of a time or a number as may be shown. */
function shortValue(text: string): string {
  return text.length <= 20 ? text : `${text.slice(0, 20)}…`
}
