import { stripVTControlCharacters } from 'node:util'
import type { ExportLogs } from '../source/source.ts'
import type { ParcelLogs } from '../parcel/layout.ts'
import type { Files } from '../system/files.ts'

/** How much of the end of a log is searched for its last line, in bytes. */
const tailBytes = 4096
const longestComplaint = 200

/** Opens `log/ID.out` and `log/ID.err` for what an export prints. */
export async function openExportLogs(
  files: Files,
  paths: ParcelLogs,
): Promise<ExportLogs & { close(): Promise<void> }> {
  const out = await files.append(paths.out)
  const err = await files.append(paths.err).catch(async (error: unknown) => {
    await out.close()
    throw error
  })
  return {
    out,
    err,
    bytesSoFar: () => (files.info(paths.out)?.sizeBytes ?? 0) + (files.info(paths.err)?.sizeBytes ?? 0),
    lastComplaint: () => lastLine(files, paths.err),
    async close() {
      await out.close()
      await err.close()
    },
  }
}

/** What stands before a line that unsilo itself adds between two tries. */
export const ownLinePrefix = '--- unsilo: '

/** The last line that a program wrote to a log, without control characters. */
export function lastLine(files: Files, path: string): string {
  const text = Buffer.from(files.readEnd(path, tailBytes)).toString('utf8')
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim())
  const last = lines.findLast((line) => line !== '' && !line.startsWith(ownLinePrefix)) ?? ''
  return last.length > longestComplaint ? `${last.slice(0, longestComplaint - 1)}…` : last
}
