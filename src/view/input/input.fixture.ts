import type { Bytes } from '../../codec/codec.ts'
import { systemFiles } from '../../system/files.ts'
import { parsePath } from '../../system/item-path.ts'
import type { ViewDefinition } from '../definition.ts'
import type { BadItem, Found } from '../item.ts'
import { viewOf } from '../view.fixture.ts'
import type { KnownItems } from './json/known-items.ts'
import { readItemBatches } from './read-items.ts'

export async function* inChunks(bytes: Uint8Array, chunkBytes: number): Bytes {
  for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes)
}

/** Items as values, bad ones as text. */
export function plain(found: readonly Found[]): unknown[] {
  return eachOf(found).map((one) => {
    if ('json' in one) return JSON.parse(one.json.toString()) as unknown
    return [one.file, one.path, one.problem].filter((part) => part !== undefined && part !== '').join(': ')
  })
}

export async function rowsIn(
  text: string | Buffer,
  read: (bytes: Bytes) => AsyncIterable<readonly Found[]>,
  chunkBytes = 7,
): Promise<unknown[]> {
  const found: Found[] = []
  for await (const batch of read(inChunks(Buffer.from(text), chunkBytes))) found.push(...batch)
  return plain(found).map((one) => (typeof one === 'string' ? one.replace(/^a\.\w+: /, '') : one))
}

/** What a view finds in a parcel. */
export async function itemsOf(
  path: string,
  changes: Omit<Partial<ViewDefinition>, 'items'> & { items?: string[] } = {},
) {
  const { items, ...others } = changes
  const isFolder = systemFiles.info(path)?.kind === 'folder'
  const name = path.slice(path.lastIndexOf('/') + 1)
  const parcel = { id: '', path, isFolder, extension: isFolder ? '' : name.replace(/^[^.]*\.?/, '') }
  const definition = viewOf({ ...others, items: items?.map(parsePath) })
  const found: ReturnType<typeof eachOf> = []
  const context = { signal: new AbortController().signal, files: systemFiles }
  for await (const batch of readItemBatches(parcel, definition, context)) {
    found.push(...eachOf(batch))
  }
  return found
}

type Each = { json: Buffer; file: string; known?: number } | BadItem

/** Each item alone, as it stays. @param known What runs are of. */
export function eachOf(found: readonly Found[], known?: KnownItems): Each[] {
  return found.flatMap((one): Each[] => {
    if ('problem' in one) return [one]
    const { file } = one
    if ('json' in one) return [{ json: Buffer.from(one.json), file }]
    return Array.from({ length: one.count }, (_, index) => ({
      json: known!.at(one.first + index),
      file,
      known: one.first + index,
    }))
  })
}
