import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'

/** A text with places to fill in. */
export interface Substitution {
  /** As it was written. */
  readonly text: string
  /** Each name once, in the order of the text. */
  readonly names: readonly string[]
  /** @param encode What is done to each value, and not to the text around it. */
  fill(value: (name: string) => string, encode?: (value: string) => string): string
}

const part = /\{\{|\}\}|\{([^\s.[\]{}"']+(?:\.[^\s.[\]{}"']+)*)\}|[{}]/g

/**
 * Reads a text with `{name}` or `{issue.number}` in it; `{{` and `}}` are braces.
 *
 * @throws UnsiloError `config` for a brace that is neither.
 */
export function parseText(text: string): Substitution {
  // Fixed text and names in turn, beginning and ending with text.
  const texts = ['']
  const names: string[] = []
  let end = 0
  for (const match of text.matchAll(part)) {
    const [found, name] = match
    texts[names.length] += text.slice(end, match.index)
    end = match.index + found.length
    if (name !== undefined) texts[names.push(name)] = ''
    else if (found.length === 2) texts[names.length] += found[0]!
    else throw loneBrace(text, found)
  }
  texts[names.length] += text.slice(end)
  return {
    text,
    names: [...new Set(names)],
    fill: (value, encode = (plain) => plain) =>
      texts.map((fixed, index) => (index === 0 ? fixed : encode(value(names[index - 1]!)) + fixed)).join(''),
  }
}

function loneBrace(text: string, brace: string): UnsiloError {
  return new UnsiloError('config', `"${text}" has a "${brace}" that belongs to no {name}`, {
    hint: `Names are like {id} or {issue.number}, without blanks; write "${brace}${brace}" for the brace itself.`,
  })
}

/** A text with `{name}`s. */
export const substitutedText = z.string().transform(parsedBy(parseText))

/**
 * Encodes a value as one segment of a URL's path.
 *
 * @throws UnsiloError `wrong-content` for an empty value, `.` and `..`, which lead to another address than the one that is
 *   meant, however they are encoded (WHATWG URL, "double-dot URL path segment"); and for half a surrogate pair.
 */
export function encodeSegment(value: string): string {
  if (!/^(?:\.|\.\.)?$|\p{Surrogate}/u.test(value)) return encodeURIComponent(value)
  throw new UnsiloError(
    'wrong-content',
    `${value === '' ? 'an empty value' : `"${value}"`} cannot stand in an address`,
    {
      hint: 'Choose another field for the {name}, or leave such records out with `where`.',
    },
  )
}
