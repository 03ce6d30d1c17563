import type { Files } from '../../system/files.ts'
import { asBytes } from './byte-text.ts'
import { withWholeCharacters } from './raw-json.ts'

/** Lines of JSON, on their way into DuckDB. */
export interface LineFile {
  readonly path: string
  /** Bytes of the longest line. */
  readonly longestBytes: number
  /** @param line As `asBytes` has it. @returns What is to be waited for before the next line, if anything */
  add(line: string): Promise<void> | undefined
  end(): Promise<void>
}

const gatheredCharacters = 512 * 1024

export async function openLines(files: Files, path: string): Promise<LineFile> {
  const sink = await files.create(path)
  let lines: string[] = []
  let characters = 0
  let longest = 0
  const flush = async (): Promise<void> => {
    const text = lines.join('')
    lines = []
    characters = 0
    if (text !== '') await sink.write(Buffer.from(text, 'latin1'))
  }
  return {
    path,
    get longestBytes() {
      return longest
    },
    add(line) {
      lines.push(line, '\n')
      characters += line.length
      longest = Math.max(longest, line.length)
      return characters >= gatheredCharacters ? flush() : undefined
    },
    async end() {
      try {
        await flush()
      } finally {
        await sink.close()
      }
    },
  }
}

/** JSON that every reader takes, as `asBytes` has it. */
export function jsonText(value: unknown): string {
  return asBytes(withWholeCharacters(JSON.stringify(value)))
}
