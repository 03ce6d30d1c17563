import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from './schema.ts'

/** The step `[*]`. */
export const each = Symbol('[*]')

/** Where something is in a JSON document: keys, and "for each element". */
export interface ItemPath {
  /** As it was written. */
  readonly text: string
  readonly steps: readonly (string | typeof each)[]
}

export interface FoundItems {
  /** `null`: the path leads to null, or through it. `missing`: it leads nowhere, or to what is not a list. */
  found: 'items' | 'null' | 'missing'
  items: unknown[]
}

const step = /(\.?)(?:([^\s.[\]"']+)|(\[\*\])|\[("(?:[^"\\]|\\.)*")\]|\['([^']*)'\])/y

/**
 * Reads a dotted path: `data.children[*].data`, `[*]`, `a["odd.key"]` (escapes as in JSON), `a['odd.key']` (none).
 *
 * @throws UnsiloError `config`
 */
export function parsePath(text: string): ItemPath {
  if (/^\$[.[]/.test(text)) {
    throw new UnsiloError('config', `"${text}" is not a path`, { hint: 'Leave out the "$" at its beginning.' })
  }
  const steps: (string | typeof each)[] = []
  for (let end = 0; end < text.length; end = step.lastIndex) {
    step.lastIndex = end
    const match = step.exec(text)
    if (match === null) throw notAPath(text)
    const [, dot, name, forEach, quoted, literal] = match
    if (dot !== (name === undefined || end === 0 ? '' : '.')) throw notAPath(text)
    steps.push(forEach === undefined ? (name ?? literal ?? unquoted(quoted!, text)) : each)
  }
  if (steps.length === 0) throw notAPath(text)
  return { text, steps }
}

function unquoted(quoted: string, text: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw notAPath(text)
  }
}

function notAPath(text: string): UnsiloError {
  return new UnsiloError('config', `"${text}" is not a path`, {
    hint: 'Write it like "items", "data.children[*].data", "[*]" or \'meta["odd.key"].next\'.',
  })
}

/** Reads a path to one value: no `[*]`. @throws UnsiloError `config` */
export function parseField(text: string): ItemPath {
  const path = parsePath(text)
  if (!path.steps.includes(each)) return path
  throw new UnsiloError('config', `"${text}" leads to many values, and one is needed`, {
    hint: 'Leave out "[*]": the path begins in one item, or in the body.',
  })
}

/** A path to items, with `[*]` for each; "." is the body itself, as the one item that it is. */
export const pathText = z
  .string()
  .transform(parsedBy((text): ItemPath => (text === '.' ? { text, steps: [] } : parsePath(text))))

/** A path to one value: no `[*]`. */
export const fieldText = z.string().transform(parsedBy(parseField))

/**
 * The items of a page. Without a path the body itself is the list; a path without `[*]` leads to the list; "." makes a
 * body that is no list the one item. Below a
 * `[*]`, an element in which the rest of the path is missing or null gives no item; if it is missing in every element,
 * the items are.
 */
export function itemsAt(path: ItemPath | undefined, body: unknown): FoundItems {
  const steps = path?.steps ?? []
  if (path !== undefined && steps.length === 0 && !Array.isArray(body)) return collect(body, steps, 0)
  return collect(body, steps.includes(each) ? steps : [...steps, each], 0)
}

function collect(value: unknown, steps: ItemPath['steps'], from: number): FoundItems {
  let here = value
  for (let index = from; index < steps.length; index++) {
    const next = steps[index]!
    if (here === null) return { found: 'null', items: [] }
    if (next === each) {
      if (!Array.isArray(here)) return { found: 'missing', items: [] }
      return index === steps.length - 1 ? { found: 'items', items: here } : collectEach(here, steps, index + 1)
    }
    here = ownValue(here, next)
  }
  if (here === undefined) return { found: 'missing', items: [] }
  return here === null ? { found: 'null', items: [] } : { found: 'items', items: [here] }
}

function collectEach(list: readonly unknown[], steps: ItemPath['steps'], from: number): FoundItems {
  const items: unknown[] = []
  let missing = 0
  for (const element of list) {
    const inner = collect(element, steps, from)
    if (inner.found === 'missing') missing++
    for (const item of inner.items) items.push(item)
  }
  return { found: missing > 0 && missing === list.length ? 'missing' : 'items', items }
}

/** The value at a path; `undefined` when there is none, and for a path with `[*]`, which has no one value. */
export function valueAt(path: ItemPath, value: unknown): unknown {
  let here = value
  for (const next of path.steps) {
    if (next === each) return undefined
    here = ownValue(here, next)
  }
  return here
}

/** Only what the document itself holds: never what every object inherits, nor the length of a list. */
function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined
  return (value as Record<string, unknown>)[key]
}
