import { createGunzip, createGzip } from 'node:zlib'
import { ByteReader } from '../../archive/byte-reader.ts'
import { throughTransform } from '../../codec/gzip.ts'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import type { Extract, ExtractedItem } from '../extract.ts'

/**
 * One parcel's extract in a file. Of items that are the same as in the extract of an earlier parcel, the base, it says only
 * where they stand there: neighbouring parcels are nearly the same.
 *
 * Frames, gzip over all of them (its checksum tells a damaged file): a letter, the length of what follows in 4 bytes.
 * `h` header · `c` copies of the base: index and count · `i` an item: length of its particulars, those as JSON, its bytes · `e` the rest.
 */
interface Header {
  format: number
  id: string
  base: string | undefined
}

const format = 1

interface Rest {
  items: number
  duplicates: number
  errors: Extract['errors']
  bounds: Extract['bounds'] | null
  fields: [string, string[]][]
}

type Particulars = [key: string, version: string, shape: string, order?: ExtractedItem['order']]

/** Written frames are gathered to this many bytes. */
const gatheredBytes = 256 * 1024

export interface BaseExtract {
  id: string
  extract: Extract
}

export async function writeExtract(
  files: Files,
  path: string,
  id: string,
  extract: Extract,
  base: BaseExtract | undefined,
): Promise<void> {
  const temporary = temporaryPath(path)
  const sink = await files.create(temporary)
  try {
    try {
      const body = throughTransform(gathered(framesOf(id, extract, base)), createGzip({ level: 1 }))
      for await (const chunk of body) await sink.write(chunk)
    } finally {
      await sink.close()
    }
    files.rename(temporary, path)
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw error
  }
}

function* framesOf(id: string, extract: Extract, base: BaseExtract | undefined): Generator<Uint8Array> {
  const header: Header = { format, id, base: base?.id }
  yield* frame('h', jsonBytes(header))
  yield* itemFrames([...extract.items.values()], [...(base?.extract.items.values() ?? [])])
  const rest: Rest = {
    items: extract.items.size,
    duplicates: extract.duplicates,
    errors: extract.errors,
    bounds: extract.bounds ?? null,
    fields: [...extract.fields].map(([field, types]) => [field, [...types]]),
  }
  yield* frame('e', jsonBytes(rest))
}

function* itemFrames(items: readonly ExtractedItem[], base: readonly ExtractedItem[]): Generator<Uint8Array> {
  const places = new Map(base.map((item, index) => [item.key, index]))
  let run = { from: 0, count: 0 }
  for (const item of items) {
    const next = run.from + run.count
    const place = base[next]?.key === item.key ? next : places.get(item.key)
    if (place !== undefined && isSame(item, base[place]!)) {
      if (place !== next) {
        yield* copyFrame(run)
        run = { from: place, count: 0 }
      }
      run.count++
      continue
    }
    yield* copyFrame(run)
    run = { from: next, count: 0 }
    const { key, version, shape, order, json } = item
    const particulars: Particulars = order === undefined ? [key, version, shape] : [key, version, shape, order]
    const bytes = jsonBytes(particulars)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    yield* frame('i', length, bytes, json)
  }
  yield* copyFrame(run)
}

function isSame(a: ExtractedItem, b: ExtractedItem): boolean {
  if (a === b) return true
  return a.version === b.version && a.order === b.order && a.shape === b.shape && Buffer.compare(a.json, b.json) === 0
}

function* copyFrame({ from, count }: { from: number; count: number }): Generator<Uint8Array> {
  if (count === 0) return
  const place = Buffer.alloc(8)
  place.writeUInt32LE(from)
  place.writeUInt32LE(count, 4)
  yield* frame('c', place)
}

function* frame(letter: string, ...parts: Uint8Array[]): Generator<Uint8Array> {
  const head = Buffer.alloc(5)
  head.write(letter, 'latin1')
  head.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    1,
  )
  yield head
  yield* parts
}

// oxlint-disable-next-line typescript/require-await -- what compresses takes a stream
async function* gathered(frames: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for (const part of frames) {
    parts.push(part)
    bytes += part.length
    if (bytes < gatheredBytes) continue
    yield Buffer.concat(parts)
    parts = []
    bytes = 0
  }
  yield Buffer.concat(parts)
}

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/**
 * Reads an extract that was written for `id`.
 *
 * @param loadBase Gives the extract that it is based on.
 * @returns The extract and its base, or `undefined` when there is none, or one that is damaged or of another version.
 */
export async function readExtract(
  files: Files,
  path: string,
  id: string,
  parcel: string,
  loadBase: (id: string) => Promise<Extract | undefined>,
): Promise<{ extract: Extract; base: string | undefined } | undefined> {
  if (files.info(path) === undefined) return undefined
  const reader = new ByteReader(throughTransform(files.read(path), createGunzip()))
  try {
    return await readFrames(reader, id, parcel, loadBase)
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  } finally {
    await reader.close().catch(() => undefined)
  }
}

class Damage extends Error {}

/** What a damaged file makes of zlib, of JSON.parse, of the frames, and of the disk. */
function isDamage(error: unknown): boolean {
  if (error instanceof Damage || error instanceof SyntaxError || error instanceof UnsiloError) return true
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code !== undefined && /^(?:Z_|ERR_ZLIB|ERR_STREAM|ABORT_ERR)/.test(code)
}

async function readFrames(
  reader: ByteReader,
  id: string,
  parcel: string,
  loadBase: (id: string) => Promise<Extract | undefined>,
): Promise<{ extract: Extract; base: string | undefined } | undefined> {
  const first = await readFrame(reader)
  const header = readJson(first.body) as Header
  if (first.letter !== 'h' || header.format !== format || header.id !== id) return undefined
  const baseExtract = header.base === undefined ? undefined : await loadBase(header.base)
  if (header.base !== undefined && baseExtract === undefined) return undefined
  const base = [...(baseExtract?.items.values() ?? [])]
  const items = new Map<string, ExtractedItem>()
  for (;;) {
    const { letter, body } = await readFrame(reader)
    if (letter === 'c') copyItems(items, base, body.readUInt32LE(0), body.readUInt32LE(4))
    else if (letter === 'i') addItem(items, body)
    else if (letter === 'e') {
      const { items: count, fields, bounds, duplicates, errors } = readJson(body) as Rest
      // The end of the stream is where gzip's checksum is compared.
      if (count !== items.size || (await reader.some(1)) !== undefined) throw new Damage()
      const typesOf = new Map(fields.map(([field, types]) => [field, new Set(types)]))
      return {
        extract: { parcel, items, duplicates, errors, bounds: bounds ?? undefined, fields: typesOf },
        base: header.base,
      }
    } else throw new Damage()
  }
}

async function readFrame(reader: ByteReader): Promise<{ letter: string; body: Buffer }> {
  const head = await reader.exactly(5)
  if (head.length < 5) throw new Damage()
  const length = head.readUInt32LE(1)
  const body = await reader.exactly(length)
  if (body.length < length) throw new Damage()
  return { letter: String.fromCharCode(head[0]!), body }
}

function copyItems(
  items: Map<string, ExtractedItem>,
  base: readonly ExtractedItem[],
  from: number,
  count: number,
): void {
  if (from + count > base.length) throw new Damage()
  for (let index = from; index < from + count; index++) items.set(base[index]!.key, base[index]!)
}

function addItem(items: Map<string, ExtractedItem>, body: Buffer): void {
  const start = 4 + body.readUInt32LE(0)
  const [key, version, shape, order] = readJson(body.subarray(4, start)) as Particulars
  items.set(key, { key, version, json: body.subarray(start), order, shape })
}

function readJson(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'))
}
