import type { Files } from '../../system/files.ts'
import { LineBytes } from './line-bytes.ts'
import { withWholeCharacters } from './raw-json.ts'

/** Lines of JSON, on their way into DuckDB. */
export interface LineFile {
  readonly path: string
  /** So far: how many there are, their bytes, and those of the longest. */
  readonly lines: number
  readonly bytes: number
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
  let count = 0
  let flushed = 0
  let start = 0
  const flush = async (): Promise<void> => {
    if (line.size > 0) await sink.write(line.bytes)
    flushed += line.size
    line.size = start = 0
  }
  return {
    path,
    line,
    get lines() {
      return count
    },
    get bytes() {
      return flushed + line.size
    },
    get longestBytes() {
      return longest
    },
    endLine() {
      line.add(lineEnd)
      count++
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
