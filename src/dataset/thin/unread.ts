import { journalLines, journalName } from '../../source/rest/journal.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { unreadFiles } from '../../view/input/unread.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import type { Context, Dataset } from '../dataset.ts'

/** What is in a parcel and in none of the views: files, or streams of an HTTP API. */
export async function unreadParts(
  dataset: Dataset,
  context: Context,
  definitions: readonly ViewDefinition[],
  { id, path, isFolder, extension }: Pick<StoredParcel, 'id' | 'path' | 'isFolder' | 'extension'>,
): Promise<string[]> {
  const { files } = context.system
  if (dataset.config.source?.kind !== 'rest')
    return unreadFiles({ id, path, isFolder, extension }, definitions, { files, signal: context.signal })
  const read = new Set(definitions.map(({ stream }) => stream))
  const asked = new Set([...journalLines(files.readText(`${path}/${journalName}`) ?? '')].map(({ stream }) => stream))
  return [...asked].filter((stream) => !read.has(stream)).map((stream) => `stream ${stream}`)
}
