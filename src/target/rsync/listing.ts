/** A line of `rsync --list-only`. */
export interface ListedEntry {
  kind: 'file' | 'folder' | 'other'
  path: string
  sizeBytes: number
  modifiedAt: Date
}

/** Kind and mode, size, time (of this machine's zone), name. */
const entryLine = /^([-dlcbps*])\S*\s+([\d,.]+) (\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) (.+)$/s

/** @param line Its bytes, one character each (latin1). @returns `undefined` for what is no entry, such as a greeting */
export function parseEntry(line: string): ListedEntry | undefined {
  const [, kind, size, year, month, day, hour, minute, second, name] = entryLine.exec(line) ?? []
  if (name === undefined) return undefined
  return {
    kind: kind === '-' ? 'file' : kind === 'd' ? 'folder' : 'other',
    path: unescaped(name),
    sizeBytes: Number(size!.replaceAll(/[,.]/g, '')),
    modifiedAt: new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  }
}

/** What cannot be printed stands as `\#012`, and a backslash that would look like that itself as `\#134` (log.c of rsync). */
function unescaped(name: string): string {
  const bytes = name.replaceAll(/\\#([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
