import { codecForExtension } from '../../codec/codec.ts'
import type { Files } from '../../system/files.ts'
import type { ParcelFolder } from '../source.ts'
import { type ExchangeLine, journalLines, journalName } from './journal.ts'
import { jsonText, noContent } from './json-body.ts'
import { itemsAt } from '../../system/item-path.ts'
import type { StreamConfig } from './stream.ts'

/** A parcel of exchanges, to read. */
export type ExchangeFolder = Pick<ParcelFolder, 'read' | 'readText'>

/** A sealed parcel. */
export function sealedFolder(files: Files, folder: string): ExchangeFolder {
  return {
    read(path) {
      const body = files.read(`${folder}/${path}`)
      const codec = codecForExtension(path.slice(path.lastIndexOf('.') + 1))
      return codec === undefined ? body : codec.decompress(body)
    },
    readText: (path) => files.readText(`${folder}/${path}`),
  }
}

export interface ReadPage {
  line: ExchangeLine
  items: unknown[]
}

/**
 * Yields a stream's pages with their records, a page at a time, in the order in which they came.
 * @throws SyntaxError when a body that was stored is damaged
 */
export async function* readPages(folder: ExchangeFolder, stream: StreamConfig): AsyncGenerator<ReadPage> {
  for await (const { line, bytes } of readBodies(folder, stream)) {
    const body: unknown = JSON.parse(jsonText(bytes))
    yield { line, items: itemsAt(stream.items, body).items }
  }
}

/** Yields the bodies of a stream's pages, decompressed, in the order in which they came. */
export async function* readBodies(
  folder: ExchangeFolder,
  stream: StreamConfig,
): AsyncGenerator<{ line: ExchangeLine; bytes: Buffer }> {
  for (const line of journalLines(folder.readText(journalName) ?? '')) {
    if (line.stream !== stream.name || line.outcome !== undefined || line.status === noContent) continue
    const chunks: Uint8Array[] = []
    for await (const chunk of folder.read(line.body)) chunks.push(chunk)
    yield { line, bytes: Buffer.concat(chunks) }
  }
}

/**
 * What `{name}` and `where` can see of a record: its own fields, and those of its parents under their names.
 * @param group The fields of the parents, by dotted names, as a journal remembers them.
 */
export function scopeOf(item: unknown, group: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const scope: Record<string, unknown> = typeof item === 'object' && item !== null ? { ...item } : {}
  const parents: Record<string, Record<string, unknown>> = {}
  for (const [name, value] of Object.entries(group)) {
    const [first, ...rest] = name.split('.')
    let at = (parents[first!] ??= {})
    for (const part of rest.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>
    at[rest.at(-1)!] = value
  }
  return Object.assign(scope, parents)
}
