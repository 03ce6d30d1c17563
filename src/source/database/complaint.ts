import { stripVTControlCharacters } from 'node:util'
import type { FileSink } from '../../system/files.ts'
import type { Redactor } from '../../system/redact.ts'

/** What a program printed on stderr, without secrets. */
export interface Complaint {
  /** Its end, up to some thousand characters. */
  all: string
  /** Its last line that says something. */
  last: string
}

const longestKept = 8192
const longestLine = 200

/** Writes what a program complains of to the log, without secrets, and keeps its end. */
export async function collectComplaint(
  output: AsyncIterable<unknown>,
  log: Pick<FileSink, 'write'>,
  redactor: Redactor,
): Promise<Complaint> {
  const stream = redactor.stream()
  let kept = ''
  const take = async (bytes: Buffer): Promise<void> => {
    kept = (kept + bytes.toString('latin1')).slice(-longestKept)
    await log.write(bytes)
  }
  for await (const chunk of output) await take(stream.write(chunk as Uint8Array))
  await take(stream.end())
  const all = stripVTControlCharacters(Buffer.from(kept, 'latin1').toString('utf8'))
  const lines = all.split('\n').map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim())
  const last = lines.findLast((line) => line !== '') ?? ''
  return { all, last: last.length > longestLine ? `${last.slice(0, longestLine - 1)}…` : last }
}
