const mark = /["{}[\]]/g
const scalarEnd = /[,}\] \t\r\n]/g

/** The top-level fields of a JSON text that is known to be valid, as they stand there; `undefined` for what is no object, and where a name comes twice. */
export function rawFields(text: string): Map<string, string> | undefined {
  let at = skipBlanks(text, 0)
  if (text[at] !== '{') return undefined
  const fields = new Map<string, string>()
  at = skipBlanks(text, at + 1)
  while (text[at] === '"') {
    const nameEnd = endOfText(text, at)
    const raw = text.slice(at, nameEnd)
    const name = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
    if (fields.has(name)) return undefined
    // Behind the colon.
    at = skipBlanks(text, skipBlanks(text, nameEnd) + 1)
    const end = endOfValue(text, at)
    fields.set(name, text.slice(at, end))
    at = skipBlanks(text, end)
    if (text[at] === ',') at = skipBlanks(text, at + 1)
  }
  return fields
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 0x20) at++
  return at
}

function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfText(text, at)
  if (text[at] === '{' || text[at] === '[') return endOfContainer(text, at)
  scalarEnd.lastIndex = at
  return scalarEnd.exec(text)?.index ?? text.length
}

/** Behind the quote that closes the text. */
function endOfText(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text[end - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return end + 1
  }
}

function endOfContainer(text: string, at: number): number {
  let depth = 0
  mark.lastIndex = at
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '"') mark.lastIndex = endOfText(text, found.index)
    else if (found[0] === '{' || found[0] === '[') depth++
    else if (--depth === 0) return mark.lastIndex
  }
  return text.length
}
