/** A value as it stands in JSON text that is known to be valid: digits, order and repeated keys stay as they are. */
export interface RawValue {
  kind: 'text' | 'number' | 'boolean' | 'null' | 'nested'
  raw: string
}

/** The members of an object, by key; of a key that comes twice, the last one. `undefined` for what is no object. */
export function rawMembers(text: string): Map<string, RawValue> | undefined {
  let at = skipSpace(text, 0)
  if (text[at] !== '{') return undefined
  const members = new Map<string, RawValue>()
  at = skipSpace(text, at + 1)
  while (at < text.length && text[at] !== '}') {
    const keyEnd = endOfText(text, at)
    const key = readText(text.slice(at, keyEnd))
    at = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = endOfValue(text, at)
    members.set(key, rawValue(text.slice(at, end)))
    at = skipSpace(text, end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return members
}

/** The value at a path of keys; `undefined` where there is none. */
export function rawAt(text: string, steps: readonly unknown[]): RawValue | undefined {
  let here: RawValue | undefined = rawValue(text.trim())
  for (const step of steps) {
    here = here.kind === 'nested' && typeof step === 'string' ? rawMembers(here.raw)?.get(step) : undefined
    if (here === undefined) return undefined
  }
  return here
}

export function rawValue(raw: string): RawValue {
  return { kind: kindOf(raw.charCodeAt(0)), raw }
}

/** What a value is, by its first character. */
function kindOf(code: number): RawValue['kind'] {
  switch (code) {
    case 0x22:
      return 'text'
    case 0x7b:
    case 0x5b:
      return 'nested'
    case 0x74:
    case 0x66:
      return 'boolean'
    case 0x6e:
      return 'null'
    default:
      return 'number'
  }
}

/** What a text in JSON says. */
export function readText(raw: string): string {
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
}

const space = /[ \t\r\n]*/y
const scalarEnd = /[^,\]} \t\r\n]*/y

function skipSpace(text: string, at: number): number {
  // Most JSON has none.
  if (text.charCodeAt(at) > 0x20) return at
  space.lastIndex = at
  space.test(text)
  return space.lastIndex
}

function endOfValue(text: string, at: number): number {
  const first = text[at]
  if (first === '"') return endOfText(text, at)
  if (first === '{' || first === '[') return endOfNested(text, at)
  scalarEnd.lastIndex = at
  scalarEnd.test(text)
  return scalarEnd.lastIndex
}

/** Behind the quote that closes the text. */
function endOfText(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}

/** Behind the bracket that closes the object or list. */
function endOfNested(text: string, at: number): number {
  let depth = 0
  for (let index = at; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) index = endOfText(text, index) - 1
    // { and [, } and ] are the same but for one bit.
    else if ((code | 0x20) === 0x7b) depth++
    else if ((code | 0x20) === 0x7d && --depth === 0) return index + 1
  }
  return text.length
}

// A pair of surrogates, or half of one. An escaped backslash before a "u" is passed over.
const surrogate =
  /\\\\|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})/g

/** Half a surrogate pair is no character: readers of JSON that are strict refuse the whole text for it. */
export function withWholeCharacters(json: string): string {
  if (!hasSurrogates(json)) return json
  return json.replaceAll(surrogate, (found: string, half?: string) => (half === undefined ? found : '\\ufffd'))
}

function hasSurrogates(json: string): boolean {
  return json.includes('\\ud') || json.includes('\\uD')
}
