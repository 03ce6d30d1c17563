/** One line of an iCalendar object or a vCard: `NAME;PARAMETER=value:value` (RFC 5545, section 3.1). */
export interface ContentLine {
  /** In capitals: names have no case. */
  name: string
  /** In capitals. Without the quotes around a single value; a list stands as it is written. */
  parameters: readonly (readonly [name: string, value: string])[]
  /** As it is written. */
  value: string
}

const head = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)/
const parameter = /;([A-Za-z0-9-]+)(?:=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*))?/y

/** @returns `undefined` for a line that is none. */
export function parseContentLine(line: string): ContentLine | undefined {
  const match = head.exec(line)
  if (match === null) return undefined
  const [whole, group, name] = match
  const parameters: [string, string][] = []
  // The group that a property of a vCard belongs to is a parameter in jCard, too (RFC 7095, section 7.1).
  if (group !== undefined) parameters.push(['GROUP', group])
  let at = whole.length
  while (line[at] === ';') {
    parameter.lastIndex = at
    const found = parameter.exec(line)
    if (found === null) return undefined
    // In vCard 2.1 the name may be missing before a value such as HOME.
    const [, first, value] = found
    parameters.push(value === undefined ? ['TYPE', first!] : [first!.toUpperCase(), unquoted(value)])
    at = parameter.lastIndex
  }
  if (line[at] !== ':') return undefined
  return { name: name!.toUpperCase(), parameters, value: line.slice(at + 1) }
}

function unquoted(value: string): string {
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value
}

/** Properties whose value is one text, in which `\n`, `\,`, `\;` and `\\` stand for characters. In others `,` and `;` have a meaning. */
const texts = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'CONTACT', 'FN', 'NOTE', 'TITLE', 'ROLE'])

export function textValue({ name, value }: ContentLine): string {
  if (!texts.has(name)) return value
  return value.replaceAll(/\\([nN,;\\:])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character))
}
