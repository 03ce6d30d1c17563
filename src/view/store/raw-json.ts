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
  switch (raw.charAt(0)) {
    case '"':
      return { kind: 'text', raw }
    case '{':
    case '[':
      return { kind: 'nested', raw }
    case 't':
    case 'f':
      return { kind: 'boolean', raw }
    case 'n':
      return { kind: 'null', raw }
    default:
      return { kind: 'number', raw }
  }
}

/** What a text in JSON says. */
export function readText(raw: string): string {
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
}

const space = /[ \t\r\n]*/y
const scalarEnd = /[^,\]} \t\r\n]*/y
const mark = /["{}[\]]/g

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
    while (text[quote - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}

function endOfNested(text: string, at: number): number {
  let depth = 0
  mark.lastIndex = at
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === '"') mark.lastIndex = endOfText(text, match.index)
    else if (match[0] === '{' || match[0] === '[') depth++
    else if (--depth === 0) return mark.lastIndex
  }
  return text.length
}

// A pair of surrogates, or half of one. An escaped backslash before a "u" is passed over.
const surrogate =
  /\\\\|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})/g

/** Half a surrogate pair is no character: readers of JSON that are strict refuse the whole text for it. */
export function withWholeCharacters(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json
  return json.replaceAll(surrogate, (found: string, half?: string) => (half === undefined ? found : '\\ufffd'))
}
