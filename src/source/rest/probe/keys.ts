import { isRounded, textOf } from '../key.ts'
import type { Field } from './fields.ts'

/** Fields that tell the records of a page from each other. */
export interface KeyCandidate {
  fields: string[]
  kind: string
  /** Is it named like what servers make to tell records apart? The others may differ by chance. */
  isNamedSo: boolean
}

const names = ['id', '_id', 'uuid', 'guid', 'gid', 'key', 'name', 'slug', 'hash', 'sha', 'code', 'number', 'iid', 'uid']

/** A title, or a text, tells nothing apart for long. */
const longestKey = 200
const mostShown = 6

/** Fields, or else pairs of fields, that are in all records and different in each; the likeliest first. */
export function keysOf(fields: readonly Field[]): KeyCandidate[] {
  const whole = fields.filter((field) => isWhole(field))
  const unique = whole.filter(({ values }) => new Set(values.map(textOf)).size === values.length)
  const single = unique.map((field): Ranked => {
    const isNamedSo = field.depth === 1 && names.includes(field.name.toLowerCase())
    return { candidate: { fields: [field.path], kind: field.kind, isNamedSo }, rank: rankOf(field) }
  })
  return (single.length > 0 ? single : pairsOf(whole))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, mostShown)
    .map(({ candidate }) => candidate)
}

interface Ranked {
  candidate: KeyCandidate
  /** The smallest is the likeliest. */
  rank: number
}

/** Fields whose numbers JSON.parse has rounded: they cannot be a key. */
export function roundedFields(fields: readonly Field[]): string[] {
  return fields.filter(({ values }) => values.some(isRounded)).map(({ path }) => path)
}

function isWhole({ kind, values }: Field): boolean {
  if (kind === 'boolean' || kind === 'number' || kind === 'mixed') return false
  return values.every((value) => {
    const text = textOf(value)
    return text !== undefined && text !== '' && text.length <= longestKey
  })
}

function rankOf({ name, depth, kind, values }: Field): number {
  const place = names.indexOf(name.toLowerCase())
  const byName =
    place !== -1 ? place : /_?(?:id|uid|uuid|key)$/i.test(name) ? 20 : /^(?:url|uri|href|link)$/i.test(name) ? 25 : 40
  const isProse = kind === 'text' && values.some((value) => /\s/.test(String(value)))
  const isTime = kind === 'time' || kind.endsWith('1970')
  return byName + 30 * (depth - 1) + (isProse ? 30 : 0) + (isTime ? 20 : 0)
}

/** Two fields that together are different in each record: a time and a name, as a rule. */
function pairsOf(whole: readonly Field[]): Ranked[] {
  const likely = [...whole].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, 12)
  return likely.flatMap((a, index) =>
    likely.slice(index + 1).flatMap((b) => {
      const pairs = new Set(a.values.map((value, at) => JSON.stringify([textOf(value), textOf(b.values[at])])))
      if (pairs.size < a.values.length) return []
      const kind = `${a.kind} and ${b.kind}`
      const candidate = { fields: [a.path, b.path], kind, isNamedSo: false }
      return [{ candidate, rank: rankOf(a) + rankOf(b) }]
    }),
  )
}
