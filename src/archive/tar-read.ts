import { ByteReader } from './byte-reader.ts'
import { type StoredEntry, inEntry, notWhole } from './stored.ts'
import { tarBlockBytes } from './tar-header.ts'

/** Longest pax header or GNU long name; real ones are some hundred bytes. */
const longestMeta = 1024 * 1024

/** What pax headers and GNU's long names say instead of the header that follows. */
interface Overrides {
  name?: Buffer
  target?: Buffer
  sizeBytes?: number
  modifiedNs?: bigint
}

/** An entry of a tar archive. */
export interface TarEntry extends StoredEntry {
  /** Of its content. */
  sizeBytes: number
}

interface Header extends Required<Overrides> {
  type: string
  mode: number
}

/**
 * The entries of a tar archive: ustar, pax and GNU's extensions, sparse files aside. Names keep their bytes.
 *
 * @throws UnsiloError `wrong-content` where the archive is damaged or ends before its end mark
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(bytes)
  try {
    yield* entriesOf(reader)
    // Compressed data proves its checksum only at its end.
    while ((await reader.some(Infinity)) !== undefined) continue
  } finally {
    await reader.close()
  }
}

async function* entriesOf(reader: ByteReader): AsyncGenerator<TarEntry> {
  const always: Overrides = {}
  let next: Overrides = {}
  for (;;) {
    const block = await reader.exactly(tarBlockBytes)
    if (block.length < tarBlockBytes) throw notWhole('tar', 'it ends before its end mark')
    if (block.every((byte) => byte === 0)) return
    const header = parseHeader(block)
    if ('xgLK'.includes(header.type)) {
      const meta = await readMeta(reader, header)
      if (header.type === 'L') next.name = upToNul(meta)
      else if (header.type === 'K') next.target = upToNul(meta)
      else Object.assign(header.type === 'g' ? always : next, parsePax(meta))
      continue
    }
    const full: Header = { ...header, ...always, ...next }
    next = {}
    const kind = kindOf(full)
    if (full.sizeBytes < 0) throw notWhole('tar', inEntry(full.name, 'its size is negative'))
    // Links and folders have no content, whatever their size says (POSIX.1-2017, pax).
    let left = '125'.includes(full.type) ? 0 : full.sizeBytes
    const padding = -left & (tarBlockBytes - 1)
    const body = async function* (): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await reader.some(left)
        if (piece === undefined) throw notWhole('tar', inEntry(full.name, `${left} bytes are missing`))
        left -= piece.length
        yield piece
      }
    }
    const { name, mode, modifiedNs, target } = full
    yield { kind, name, mode, modifiedNs, target, sizeBytes: left, body }
    for await (const _ of body()) continue
    if ((await reader.exactly(padding)).length < padding) throw notWhole('tar', 'it ends before its end mark')
  }
}

function kindOf({ type, name }: Header): StoredEntry['kind'] {
  switch (type) {
    case '\0':
    case '0':
    case '7':
      // Before there was a type for folders, a name with a slash at its end was one.
      return name.at(-1) === 0x2f ? 'folder' : 'file'
    case '1':
      return 'hard link'
    case '2':
      return 'link'
    case '5':
      return 'folder'
    case '3':
    case '4':
    case '6':
    case 'V':
      return 'special'
    default:
      throw notWhole('tar', inEntry(name, `its type ${JSON.stringify(type)} is not supported`))
  }
}

function parseHeader(block: Buffer): Header {
  let sum = 0
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  if (sum !== number(block, 148, 8)) throw notWhole('tar', 'a header has a wrong checksum')
  const name = upToNul(block.subarray(0, 100))
  const prefix = upToNul(block.subarray(345, 500))
  // GNU's own format has other things where ustar has the prefix, and two spaces in its mark.
  const hasPrefix = block.toString('latin1', 257, 263) === 'ustar\0' && prefix.length > 0
  return {
    type: String.fromCharCode(block[156]!),
    name: Buffer.from(hasPrefix ? Buffer.concat([prefix, Buffer.from('/'), name]) : name),
    mode: number(block, 100, 8) & 0o7777,
    sizeBytes: number(block, 124, 12),
    modifiedNs: BigInt(number(block, 136, 12)) * 1_000_000_000n,
    target: Buffer.from(upToNul(block.subarray(157, 257))),
  }
}

/** Octal digits; or, where those are too few, a number in base 256 (GNU tar). */
function number(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length)
  let value = 0
  if ((field[0]! & 0x80) !== 0) {
    const isNegative = field[0] === 0xff
    value = isNegative ? -1 : field[0]! & 0x7f
    for (const byte of field.subarray(1)) value = value * 256 + byte
  } else {
    const digits = upToNul(field).toString('latin1').trim()
    if (!/^[0-7]*$/.test(digits)) throw notWhole('tar', 'a header has a number that is none')
    value = Number.parseInt(digits || '0', 8)
  }
  if (!Number.isSafeInteger(value)) throw notWhole('tar', 'a header has a number that is too large')
  return value
}

function upToNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

async function readMeta(reader: ByteReader, { sizeBytes }: Header): Promise<Buffer> {
  if (sizeBytes < 0 || sizeBytes > longestMeta) throw notWhole('tar', `a name or pax header of ${sizeBytes} bytes`)
  const padded = sizeBytes + (-sizeBytes & (tarBlockBytes - 1))
  const meta = await reader.exactly(padded)
  if (meta.length < padded) throw notWhole('tar', 'it ends before its end mark')
  // The reader's chunk may be reused.
  return Buffer.from(meta.subarray(0, sizeBytes))
}

/** Records of `LENGTH KEY=VALUE\n`. */
function parsePax(meta: Buffer): Overrides {
  const overrides: Overrides = {}
  for (let at = 0; at < meta.length;) {
    const space = meta.indexOf(0x20, at)
    const length = Number(meta.toString('latin1', at, space === -1 ? at : space))
    const record = meta.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    if (!(length > 0) || at + length > meta.length || equals < 1) throw notWhole('tar', 'a pax header is damaged')
    applyRecord(overrides, record.toString('latin1', 0, equals), record.subarray(equals + 1))
    at += length
  }
  return overrides
}

function applyRecord(overrides: Overrides, key: string, value: Buffer): void {
  if (key.startsWith('GNU.sparse.')) throw notWhole('tar', 'sparse files are not supported; extract it with GNU tar')
  if (key === 'path') overrides.name = value
  else if (key === 'linkpath') overrides.target = value
  else if (key === 'size') overrides.sizeBytes = sizeOf(value.toString('latin1'))
  else if (key === 'mtime') overrides.modifiedNs = timeOf(value.toString('latin1'))
}

function sizeOf(text: string): number {
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw notWhole('tar', 'a pax header has a size that is none')
}

function timeOf(text: string): bigint {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text)
  if (match === null) throw notWhole('tar', 'a pax header has a time that is none')
  const size = BigInt(match[2]!) * 1_000_000_000n + BigInt((match[3] ?? '').slice(0, 9).padEnd(9, '0'))
  return match[1] === '-' ? -size : size
}
