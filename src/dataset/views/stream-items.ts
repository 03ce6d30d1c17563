import { readBodies, sealedFolder } from '../../source/rest/reader.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { readBody } from '../../view/input/read-items.ts'
import type { BadItem, FoundItem } from '../../view/item.ts'
import type { Context, Dataset } from '../dataset.ts'

/** The records of a stream, byte for byte as they stand in the answers that a parcel holds. */
export async function* readStreamItems(
  dataset: Dataset,
  { system, signal }: Context,
  path: string,
  definition: ViewDefinition,
): AsyncGenerator<FoundItem | BadItem> {
  const { source } = dataset.config
  const streams = source?.kind === 'rest' ? source.streams : []
  const stream = streams.find(({ name }) => name === definition.stream)
  if (stream === undefined) return
  let file = ''
  try {
    for await (const { line, bytes } of readBodies(sealedFolder(system.files, path), stream)) {
      signal.throwIfAborted()
      file = line.body
      const open = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(bytes)
      }
      const context = { signal, files: system.files }
      for await (const found of readBody(open(), definition.items, file, context)) yield* found
    }
  } catch (error) {
    // A line of the journal that is damaged.
    if (error instanceof SyntaxError) yield { problem: `the list of answers is damaged: ${error.message}`, file }
    else yield badFile(error, file, signal)
  }
}
