import type { Files } from '../../system/files.ts'
import { LineBytes } from './line-bytes.ts'
import { withWholeCharacters } from './raw-json.ts'

/** Lines of JSON, on their way into DuckDB. */
export interface LineFile {
  readonly path: string
  /** Bytes of the longest line. */
  readonly longestBytes: number
  /** The line that is being made. */
  readonly line: LineBytes
  /** @returns What is to be waited for before the next line, if anything. */
  endLine(): Promise<void> | undefined
  end(): Promise<void>
}

const gatheredBytes = 512 * 1024
const lineEnd = Buffer.from('\n')

export async function openLines(files: Files, path: string): Promise<LineFile> {
  const sink = await files.create(path)
  const line = new LineBytes()
  let longest = 0
  let start = 0
  const flush = async (): Promise<void> => {
    if (line.size > 0) await sink.write(line.bytes)
    line.size = start = 0
  }
  return {
    path,
    line,
    get longestBytes() {
      return longest
    },
    endLine() {
      line.add(lineEnd)
      longest = Math.max(longest, line.size - start)
      start = line.size
      return line.size >= gatheredBytes ? flush() : undefined
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
