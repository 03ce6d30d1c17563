import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Entry, Level } from '../log/entry.ts'
import type { LogFiles } from '../log/log-files.ts'

/** The account of one start of unsilo: kept from its beginning, and written once it is known where to. */
export interface AppLog {
  add(entry: Entry): void
  /** From now on to the files of a root; what was added before, too. */
  begin(root: string, keptDays: number): void
  /** Waits until all is written. What never began is forgotten. */
  close(): Promise<void>
}

/** For verbs that only look. */
export const noLog: AppLog = { add: () => undefined, begin: () => undefined, close: async () => undefined }

/** @param tell Says that nothing can be logged. */
export function createAppLog(tell: (problem: string) => void): AppLog {
  let waiting: Entry[] = []
  let opening: Promise<void> | undefined
  let files: LogFiles | undefined
  return {
    add(entry) {
      if (files === undefined) waiting.push(entry)
      else files.write(entry)
    },
    begin(root, keptDays) {
      const folder = join(root, 'log')
      opening ??= import('../log/log-files.ts').then(async ({ openLogFiles }) => {
        files = await openLogFiles(folder, keptDays, (error) => {
          tell(`! nothing can be written to ${folder}: ${error instanceof Error ? error.message : String(error)}`)
        })
        for (const entry of waiting) files.write(entry)
        waiting = []
      })
    },
    async close() {
      await opening
      await files?.close()
    },
  }
}

const marks: Record<string, Level> = { '✗': 'error', '!': 'warning', '✓': 'info', '-': 'info' }

/** What a line that was shown says. @param level How bad it is; its mark tells when this is left out. */
export function entryOf(shown: string, level?: Level): Entry {
  const [first = '', ...rest] = stripVTControlCharacters(shown).trim().split('\n')
  const hint = rest.find((line) => line.trimStart().startsWith('→'))?.replace(/^\s*→ /, '')
  const word = /^(error|warning): /.exec(first)
  const marked = word === null ? marks[first[0] ?? ''] : (word[1] as Level)
  const message = first.slice(word !== null ? word[0].length : marked === undefined ? 0 : 1).trim()
  return { level: level ?? marked ?? 'info', message, ...(hint === undefined ? {} : { hint }) }
}
