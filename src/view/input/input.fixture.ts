import type { Bytes } from '../../codec/codec.ts'
import { systemFiles } from '../../system/files.ts'
import { parsePath } from '../../system/item-path.ts'
import type { ViewDefinition } from '../definition.ts'
import type { BadItem, FoundItem } from '../item.ts'
import { viewOf } from '../view.fixture.ts'
import { readItemBatches } from './read-items.ts'

export async function* inChunks(bytes: Uint8Array, chunkBytes: number): Bytes {
  for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes)
}

/** Items as values, bad ones as text. */
export function plain(found: readonly (FoundItem | BadItem)[]): unknown[] {
  return found.map((one) => {
    if ('json' in one) return JSON.parse(Buffer.from(one.json).toString()) as unknown
    return [one.file, one.path, one.problem].filter((part) => part !== undefined && part !== '').join(': ')
  })
}

export async function rowsIn(
  text: string | Buffer,
  read: (bytes: Bytes) => AsyncIterable<readonly (FoundItem | BadItem)[]>,
  chunkBytes = 7,
): Promise<unknown[]> {
  const found: (FoundItem | BadItem)[] = []
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
  const found: (FoundItem | BadItem)[] = []
  const context = { signal: new AbortController().signal, files: systemFiles }
  for await (const batch of readItemBatches(parcel, definition, context)) {
    for (const one of batch) found.push('json' in one ? { ...one, json: Buffer.from(one.json) } : one)
  }
  return found
}
