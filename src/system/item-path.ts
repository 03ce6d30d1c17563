import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from './schema.ts'

/** The step `[*]`. */
export const each = Symbol('[*]')

/** The step `{field}`: each value of an object whose keys are names of items; `{*}` is `{_name}`. */
export interface EachMember {
  /** What the items call the key. */
  readonly field: string
}

type Step = string | typeof each | EachMember

/** Where something is in a JSON document: keys, "for each element", and "for each value". */
export interface ItemPath {
  /** As it was written. */
  readonly text: string
  readonly steps: readonly Step[]
}

/** Whether the step leads to many values. */
export function isMany(step: Step | undefined): step is typeof each | EachMember {
  return step !== undefined && typeof step !== 'string'
}

export interface FoundItems {
  /** `null`: the path leads to null, or through it. `missing`: it leads nowhere, or to what is not a list. */
  found: 'items' | 'null' | 'missing'
  items: unknown[]
}

const step = /(\.?)(?:([^\s.[\]{}"']+)|(\[\*\])|\{(\*|[^\s.[\]{}"']+)\}|\[("(?:[^"\\]|\\.)*")\]|\['([^']*)'\])/y

/**
 * Reads a dotted path: `data.children[*].data`, `[*]`, `users{*}`, `a["odd.key"]` (escapes as in JSON), `a['odd.key']` (none).
 *
 * @throws UnsiloError `config`
 */
export function parsePath(text: string): ItemPath {
  if (/^\$[.[]/.test(text)) {
    throw new UnsiloError('config', `"${text}" is not a path`, { hint: 'Leave out the "$" at its beginning.' })
  }
  const steps: Step[] = []
  for (let end = 0; end < text.length; end = step.lastIndex) {
    step.lastIndex = end
    const match = step.exec(text)
    if (match === null) throw notAPath(text)
    const [, dot, name, forEach, field, quoted, literal] = match
    if (dot !== (name === undefined || end === 0 ? '' : '.')) throw notAPath(text)
    if (forEach !== undefined) steps.push(each)
    else if (field !== undefined) steps.push({ field: field === '*' ? '_name' : field })
    else steps.push(name ?? literal ?? unquoted(quoted!, text))
  }
  if (steps.length === 0) throw notAPath(text)
  const fields = steps.flatMap((one) => (typeof one === 'object' ? [one.field] : []))
  if (new Set(fields).size < fields.length) {
    throw new UnsiloError('config', `"${text}" has two names for items that are the same`, {
      hint: 'Give each a name of its own, as in "shops{shop}.items{item}".',
    })
  }
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
    hint: 'Write it like "items", "data.children[*].data", "[*]", "users{*}" or \'meta["odd.key"].next\'.',
  })
}

/** Reads a path to one value: no `[*]`, no `{*}`. @throws UnsiloError `config` */
export function parseField(text: string): ItemPath {
  const path = parsePath(text)
  const many = path.steps.find(isMany)
  if (many === undefined) return path
  throw new UnsiloError('config', `"${text}" leads to many values, and one is needed`, {
    hint: `Leave out "${many === each ? '[*]' : '{…}'}": the path begins in one item, or in the body.`,
  })
}

/** A path to items, with `[*]` for each; "." is the body itself, as the one item that it is. */
export const pathText = z
  .string()
  .transform(parsedBy((text): ItemPath => (text === '.' ? { text, steps: [] } : parsePath(text))))

/** A path to one value: no `[*]`. */
export const fieldText = z.string().transform(parsedBy(parseField))

/**
 * The items of a page. Without a path the body itself is the list; a path without `[*]` or `{*}` leads to the list; "." makes a
 * body that is no list the one item. Below a `[*]` or `{*}`, an element in which the rest of the path is missing or null gives no
 * item; if it is missing in every element, the items are.
 *
 * What is found below `{*}` is an object that begins with the keys that led there; any other value is its member `value`.
 */
export function itemsAt(path: ItemPath | undefined, body: unknown): FoundItems {
  const steps = path?.steps ?? []
  if (path !== undefined && steps.length === 0 && !Array.isArray(body)) return collect(body, steps, [])
  return collect(body, steps.some(isMany) ? steps : [...steps, each], [])
}

type Names = readonly (readonly [field: string, key: string])[]

/** @param names Of the items: the keys that have led here. */
function collect(value: unknown, steps: ItemPath['steps'], names: Names): FoundItems {
  let here = value
  for (const [index, next] of steps.entries()) {
    if (here === null) return { found: 'null', items: [] }
    if (next === each) {
      if (!Array.isArray(here)) return { found: 'missing', items: [] }
      if (names.length === 0 && index === steps.length - 1) return { found: 'items', items: here }
      return collectEach(
        here.map((element: unknown) => [element, names]),
        steps.slice(index + 1),
      )
    }
    if (typeof next === 'object') {
      if (typeof here !== 'object' || Array.isArray(here)) return { found: 'missing', items: [] }
      return collectEach(
        Object.entries(here).map(([key, member]: [string, unknown]) => [member, [...names, [next.field, key]]]),
        steps.slice(index + 1),
      )
    }
    here = ownValue(here, next)
  }
  if (here === undefined) return { found: 'missing', items: [] }
  return here === null ? { found: 'null', items: [] } : { found: 'items', items: [named(here, names)] }
}

function collectEach(list: readonly [element: unknown, names: Names][], steps: ItemPath['steps']): FoundItems {
  if (steps.length === 0) return { found: 'items', items: list.map(([element, names]) => named(element, names)) }
  const items: unknown[] = []
  let missing = 0
  for (const [element, names] of list) {
    const inner = collect(element, steps, names)
    if (inner.found === 'missing') missing++
    for (const item of inner.items) items.push(item)
  }
  return { found: missing > 0 && missing === list.length ? 'missing' : 'items', items }
}

function named(item: unknown, names: Names): unknown {
  if (names.length === 0) return item
  const isOpen = typeof item === 'object' && item !== null && !Array.isArray(item)
  return { ...Object.fromEntries(names), ...(isOpen ? item : { value: item }) }
}

/** The value at a path; `undefined` when there is none, and for a path that leads to many. */
export function valueAt(path: ItemPath, value: unknown): unknown {
  let here = value
  for (const next of path.steps) {
    if (isMany(next)) return undefined
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
