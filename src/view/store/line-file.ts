import type { Files } from '../../system/files.ts'
import { withWholeCharacters } from './raw-json.ts'

/** Lines of JSON, on their way into DuckDB. */
export interface LineFile {
  readonly path: string
  /** Bytes of the longest line, more or less. */
  readonly longestBytes: number
  add(line: string): Promise<void>
  end(): Promise<void>
}

const gatheredCharacters = 512 * 1024
/** UTF-8 takes so many bytes at most for a unit of UTF-16. */
const bytesPerCharacter = 3

export async function openLines(files: Files, path: string): Promise<LineFile> {
  const sink = await files.create(path)
  let lines: string[] = []
  let characters = 0
  let longest = 0
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await sink.write(lines.join(''))
    lines = []
    characters = 0
  }
  return {
    path,
    get longestBytes() {
      return longest * bytesPerCharacter
    },
    async add(line) {
      lines.push(line, '\n')
      characters += line.length
      longest = Math.max(longest, line.length)
      if (characters >= gatheredCharacters) await flush()
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

/** JSON that every reader takes. */
export function jsonText(value: unknown): string {
  return withWholeCharacters(JSON.stringify(value))
}
