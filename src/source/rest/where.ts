import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'
import { type ItemPath, parsePath, valueAt } from '../../system/item-path.ts'

/** A condition on records. */
export interface Where {
  readonly text: string
  /** The keys of each path in it. */
  readonly paths: string[][]
  matches(scope: unknown): boolean
}

type Test = (scope: unknown) => boolean
type Literal = string | number | boolean | null

/**
 * Reads a condition: `PATH`, `not PATH`, `PATH > 3`, with `=` (or `==`), `!=`, `<`, `<=`, `>`, `>=` and a number, "text",
 * 'text', true, false or null; joined by `and`, which binds tighter, and `or`; in parentheses.
 *
 * A path alone is true unless its value is missing, null, false, 0 or "". Values of different types are not equal, and
 * none is before the other: `"5" > 3` is false. A missing value is as null: only `!=` and `= null` are true of it.
 *
 * @throws UnsiloError `config`
 */
export function parseWhere(text: string): Where {
  const reader = createReader(text)
  const paths: string[][] = []
  const test = readAny(reader, paths)
  if (!reader.atEnd()) throw reader.unexpected('"and" or "or"')
  return { text, paths, matches: test }
}

/** A condition on records. */
export const whereText = z.string().transform(parsedBy(parseWhere))

function readAny(reader: Reader, paths: string[][]): Test {
  const tests = [readAll(reader, paths)]
  while (reader.word('or')) tests.push(readAll(reader, paths))
  return tests.length === 1 ? tests[0]! : (scope) => tests.some((test) => test(scope))
}

function readAll(reader: Reader, paths: string[][]): Test {
  const tests = [readOne(reader, paths)]
  while (reader.word('and')) tests.push(readOne(reader, paths))
  return tests.length === 1 ? tests[0]! : (scope) => tests.every((test) => test(scope))
}

function readOne(reader: Reader, paths: string[][]): Test {
  if (reader.word('not')) {
    const test = readOne(reader, paths)
    return (scope) => !test(scope)
  }
  if (reader.take(/\(/y) !== undefined) {
    const test = readAny(reader, paths)
    if (reader.take(/\)/y) === undefined) throw reader.unexpected('")"')
    return test
  }
  const path = readPath(reader)
  paths.push(path.steps.map(String))
  const operator = reader.take(/[=!]=|<=|>=|[=<>]/y)
  if (operator === undefined) return (scope) => Boolean(valueAt(path, scope))
  return comparison(path, operator, readLiteral(reader, operator))
}

// What stands in brackets may hold anything; elsewhere a blank or the beginning of an operator ends the path.
const pathToken = /(?:[^\s()=!<>[\]"']|\[(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"']*)\])+/y

function readPath(reader: Reader): ItemPath {
  const token = reader.take(pathToken)
  if (token === undefined || /^(?:and|or|not)$/.test(token)) throw reader.unexpected('a path', token)
  const path = parsePath(token)
  if (path.steps.every((step) => typeof step === 'string')) return path
  throw new UnsiloError('config', `"${token}" leads to many values, and a condition compares one`, {
    hint: 'Leave out "[*]".',
  })
}

function readLiteral(reader: Reader, operator: string): Literal {
  const token = reader.take(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s()=!<>"']+/y)
  const literal = token === undefined ? undefined : literalOf(token)
  if (literal === undefined) throw reader.unexpected('a number, a text in quotes, true, false or null', token)
  if ((typeof literal === 'boolean' || literal === null) && /[<>]/.test(operator)) {
    throw reader.unexpected(`a number or a text after "${operator}"`, token)
  }
  return literal
}

function literalOf(token: string): Literal | undefined {
  if (token.startsWith("'")) return token.slice(1, -1)
  try {
    // JSON also reads lists and tables; neither can be compared.
    const value: unknown = JSON.parse(token)
    return typeof value === 'object' && value !== null ? undefined : (value as Literal)
  } catch {
    return undefined
  }
}

function comparison(path: ItemPath, operator: string, literal: Literal): Test {
  const isEqual: Test = (scope) => compare(valueAt(path, scope) ?? null, literal) === 0
  if (operator === '=' || operator === '==') return isEqual
  if (operator === '!=') return (scope) => !isEqual(scope)
  const wanted = operator.startsWith('<') ? -1 : 1
  return (scope) => {
    const order = compare(valueAt(path, scope), literal)
    return order === wanted || (order === 0 && operator.length === 2)
  }
}

/** The order of two values; `undefined` when they have none. Texts are in the order of their UTF-16 code units. */
function compare(value: unknown, literal: Literal): number | undefined {
  if (value === literal) return 0
  const sameType = typeof value === typeof literal || (typeof value === 'bigint' && typeof literal === 'number')
  if (!sameType || (typeof literal !== 'number' && typeof literal !== 'string')) return undefined
  const one = value as string | number
  if (one < literal) return -1
  return one > literal ? 1 : 0
}

interface Reader {
  /** The next token, when it is of this form. */
  take(form: RegExp): string | undefined
  word(word: string): boolean
  atEnd(): boolean
  unexpected(wanted: string, token?: string): UnsiloError
}

function createReader(text: string): Reader {
  let at = 0
  const match = (form: RegExp): string | undefined => {
    while (/\s/.test(text.charAt(at))) at++
    form.lastIndex = at
    return form.exec(text)?.[0]
  }
  const take = (form: RegExp): string | undefined => {
    const token = match(form)
    at += token?.length ?? 0
    return token
  }
  return {
    take,
    word(word) {
      const found = match(pathToken) === word
      if (found) at += word.length
      return found
    },
    atEnd: () => match(/$/y) !== undefined,
    unexpected(wanted, token) {
      const rest = token ?? text.slice(at).trim()
      const instead = rest === '' ? 'it ends' : `there is "${rest}"`
      return new UnsiloError('config', `"${text}" is not a condition: where ${wanted} should be, ${instead}`, {
        hint: 'Write it like `comments > 0`, `not archived` or `state = "open" and (stars >= 3 or mine)`.',
      })
    },
  }
}
