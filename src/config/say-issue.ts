import type * as z from 'zod'
import { nearestWord } from '../system/nearest.ts'
import { knownKeys, knownValues } from './schema-walk.ts'
import { valueAt } from './values.ts'

export interface SaidIssue {
  message: string
  hint?: string | undefined
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  record: 'a table',
  date: 'a date',
}

/** Says in plain words what is wrong with one value. A message that the schema brings along is kept. */
export function sayIssue(issue: z.core.$ZodIssue, schema: z.ZodType, values: unknown): SaidIssue {
  const value = valueAt(values, issue.path)
  if (!isZodsOwn(issue)) return { message: issue.message, hint: hintOf(issue) }
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind([issue.expected], value, knownKeys(schema, issue.path))
    case 'invalid_value':
      return notOneOf(value, issue.values.map(String))
    case 'invalid_union':
      return unionIssue(issue, schema, value)
    case 'invalid_key':
      return { message: issue.issues[0]?.message ?? issue.message, hint: hintOf(issue.issues[0]) }
    case 'too_small':
      return { message: tooSmall(issue, value) }
    case 'too_big':
      return { message: `must be at most ${issue.maximum}` }
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
  }
  return { message: issue.message }
}

function isZodsOwn(issue: z.core.$ZodIssue): boolean {
  return issue.code !== 'custom' && /^(?:Invalid|Too (?:small|big)|Unrecognized)/.test(issue.message)
}

function hintOf(issue: z.core.$ZodIssue | undefined): string | undefined {
  const hint: unknown = issue?.code === 'custom' ? issue.params?.['hint'] : undefined
  return typeof hint === 'string' ? hint : undefined
}

function unionIssue(issue: z.core.$ZodIssueInvalidUnion, schema: z.ZodType, value: unknown): SaidIssue {
  const expected = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []))
  if (expected.length > 0) {
    const isTable = expected.every((kind) => kind === 'object')
    const words = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []))
    return wrongKind(expected, value, isTable ? knownKeys(schema, issue.path) : [], words.map(String))
  }
  // A union that is told apart by one key says so with no errors at all, and with that key as its path.
  return notOneOf(value, knownValues(schema, issue.path))
}

function wrongKind(
  expected: readonly string[],
  value: unknown,
  keys: readonly string[],
  words: readonly string[] = [],
): SaidIssue {
  if (value === undefined) return { message: 'is missing' }
  const named = words.map((word) => `"${word}"`)
  const wanted = [...new Set([...named, ...expected.map((kind) => kinds[kind] ?? kind)])].join(' or ')
  return { message: `expects ${wanted}, not ${sayKind(value, expected)}`, hint: kindHint(expected, value, keys) }
}

function sayKind(value: unknown, expected: readonly string[]): string {
  if (typeof value === 'boolean') return `${value}`
  if (typeof value === 'number' && expected.some((kind) => kind === 'int' || kind === 'number')) return `${value}`
  if (Array.isArray(value)) return kinds['array']!
  if (value instanceof Date) return kinds['date']!
  return kinds[typeof value] ?? typeof value
}

function kindHint(expected: readonly string[], value: unknown, keys: readonly string[]): string | undefined {
  const plain = typeof value === 'number' || typeof value === 'boolean'
  if (expected.includes('string')) return plain ? `Put it in quotes: "${value}".` : undefined
  if (keys.length > 0) return `A table has keys; here: ${keys.join(', ')}.`
  if (typeof value !== 'string') return undefined
  const unquoted = expected.includes('boolean') ? /^(?:true|false)$/.test(value) : /^\d+$/.test(value)
  return unquoted && !expected.includes('array') ? `Write it without quotes: ${value}.` : undefined
}

function notOneOf(value: unknown, known: string[]): SaidIssue {
  if (value === undefined) return { message: 'is missing', hint: `One of ${quoted(known)}.` }
  if (typeof value !== 'string') return { message: `expects one of ${quoted(known)}, not ${sayKind(value, [])}` }
  const nearest = nearestWord(value, known)
  return {
    message: `"${value}" is not one of ${quoted(known)}`,
    hint: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
  }
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ')
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return 'is empty'
  return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
}
