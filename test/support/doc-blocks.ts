/** A fenced block of a page. */
export interface Block {
  /** What follows the three backticks, as in `toml` or `toml wrong`. */
  info: string
  text: string
  /** Of the line with the backticks, from 1. */
  line: number
  /** The file that the paragraph before it names, as in "`~/exports/unsilo.toml`:" or "`~/.secrets/todoist`:". */
  file: string | undefined
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let start: number | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (start === undefined) {
      start = index
      continue
    }
    const before = lines.slice(0, start).findLast((text) => text !== '') ?? ''
    blocks.push({
      info: lines[start]!.slice(3).trim(),
      text: lines.slice(start + 1, index).join('\n'),
      line: start + 1,
      file: /`([^`\s]+\.\w+|~\/[^`\s]+)`:$/.exec(before)?.[1],
    })
    start = undefined
  }
  return blocks
}

/** The page without its fenced blocks. */
export function proseOf(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

/** The sections of a page, by the heading that they stand under; a deeper heading begins a section of its own. */
export function sectionsOf(markdown: string): Map<string, string> {
  const sections = new Map<string, string>()
  let heading = ''
  let isCode = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode
    const match = isCode ? null : /^#+ (.*)$/.exec(line)
    if (match !== null) heading = match[1]!
    sections.set(heading, `${sections.get(heading) ?? ''}${line}\n`)
  }
  return sections
}

/** One typed line of a console block, and what the page says that it prints. */
export interface Typed {
  command: string
  output: string
}

/** Reads a `console` block: `$ ` stands before what is typed, `> ` before a line that goes on. */
export function typedIn(block: Block): Typed[] {
  const typed: Typed[] = []
  for (const line of block.text.split('\n')) {
    const last = typed.at(-1)
    if (line.startsWith('$ ')) typed.push({ command: line.slice(2), output: '' })
    else if (last === undefined) throw new Error(`line ${block.line}: a console block begins with "$ "`)
    else if (line.startsWith('> ')) last.command += `\n${line.slice(2)}`
    else last.output += `${line}\n`
  }
  return typed
}
