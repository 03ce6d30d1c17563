import { walkFiles } from '../../system/files.ts'
import type { ViewDefinition } from '../definition.ts'
import { type ParcelSource, inputsOf } from './inputs.ts'
import type { Surroundings } from './spool.ts'
import { sqliteLogs } from './sqlite.ts'

/** Any file: what is in archives, too. */
const everything = { files: '**', items: undefined, table: undefined, sql: undefined, element: undefined }

/**
 * Files of a folder or an archive that none of the views reads. What is in a file that is read counts as read; so does the log of an
 * SQLite database. A link is nothing that a view reads.
 */
export async function unreadFiles(
  parcel: ParcelSource,
  definitions: readonly ViewDefinition[],
  surroundings: Surroundings,
): Promise<string[]> {
  const [first] = definitions
  if (first === undefined) return []
  const read = new Set<string>()
  for (const definition of definitions) {
    for await (const input of inputsOf(parcel, definition, surroundings))
      if (!('problem' in input)) read.add(input.file)
  }
  const isRead = (file: string): boolean =>
    read.has(file) || sqliteLogs.some((log) => file.endsWith(log) && read.has(file.slice(0, -log.length)))
  const unread: string[] = []
  for await (const { file } of inputsOf(parcel, { ...first, ...everything }, surroundings))
    if (!isRead(file)) unread.push(file)
  if (parcel.isFolder) {
    for (const { path, kind } of walkFiles(surroundings.files, parcel.path)) if (kind !== 'file') unread.push(path)
  }
  return unread
}
