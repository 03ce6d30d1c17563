import { readBodies, sealedFolder } from '../../source/rest/reader.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { type ReadContext, readBody } from '../../view/input/read-items.ts'
import type { BadItem, FoundItem } from '../../view/item.ts'
import type { Dataset } from '../dataset.ts'

/** The records of a stream, byte for byte as they stand in the answers that a parcel holds. */
export async function* readStreamItems(
  dataset: Dataset,
  path: string,
  definition: ViewDefinition,
  reading: ReadContext,
): AsyncGenerator<readonly (FoundItem | BadItem)[]> {
  const { source } = dataset.config
  const streams = source?.kind === 'rest' ? source.streams : []
  const stream = streams.find(({ name }) => name === definition.stream)
  if (stream === undefined) return
  let file = ''
  try {
    for await (const { line, bytes } of readBodies(sealedFolder(reading.files, path), stream)) {
      file = line.body
      const open = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(bytes)
      }
      yield* readBody(open(), definition.items, file, reading)
    }
  } catch (error) {
    // A line of the journal that is damaged.
    if (error instanceof SyntaxError) yield [{ problem: `the list of answers is damaged: ${error.message}`, file }]
    else yield [badFile(error, file, reading.signal)]
  }
}
