import { readBodies, sealedFolder } from '../../source/rest/reader.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { type ReadContext, readBody } from '../../view/input/read-items.ts'
import type { Found } from '../../view/item.ts'
import type { Dataset } from '../dataset.ts'

/** The records of a stream, byte for byte as they stand in the answers that a parcel holds. */
export async function* readStreamItems(
  dataset: Dataset,
  path: string,
  definition: ViewDefinition,
  reading: ReadContext,
): AsyncGenerator<readonly Found[]> {
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
      const parents = definition.parents?.map((name) => textOf(line.for?.[name]))
      for await (const found of readBody(open(), definition.items, file, reading)) {
        yield parents === undefined ? found : found.map((one) => ('problem' in one ? one : { ...one, parents }))
      }
    }
  } catch (error) {
    // A line of the journal that is damaged.
    if (error instanceof SyntaxError) yield [{ problem: `the list of answers is damaged: ${error.message}`, file }]
    else yield [badFile(error, file, reading.signal)]
  }
}

/** As keys of items have it: a text as it is, anything else as it is written. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
