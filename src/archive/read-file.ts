import { type OpenedFile, type SeenFile, openForReading, sayBytes } from '../system/byte-files.ts'
import type { Troubles } from './troubles.ts'

/** Up to this size a file is read at once, so that its size is known for certain before it is written. */
const smallBytes = 256 * 1024
/** A scratch buffer takes any small file, and notices when it has grown. */
export const scratchBytes = smallBytes + 1
const chunkBytes = 256 * 1024

/** A file's content, in one piece or in many. */
export type FileContent =
  | { seen: SeenFile; whole: Buffer; close?: never }
  | {
      seen: SeenFile
      whole?: never
      /** Yields `seen.sizeBytes` bytes, whatever happens to the file meanwhile; what is missing is zeros. */
      chunks: () => AsyncGenerator<Buffer>
      /** After the chunks: true when the file has changed and should be read once more, from the start. */
      shouldRetry: () => boolean
      /** For when the chunks are not read to their end. */
      close: () => void
    }

/**
 * Opens a file for an archive. One that changes while it is read is read twice, and then warned of.
 *
 * @param isRetry This is the second reading of a large file.
 * @param scratch What a small file is read into, for callers that are done with one before they open the next.
 * @returns `undefined` when the file has vanished, or is unreadable and may be left out; there is a warning then.
 */
export function openContent(
  path: Buffer,
  troubles: Troubles,
  isRetry: boolean,
  scratch?: Buffer,
): FileContent | undefined {
  try {
    const file = openForReading(path)
    let isHandedOver = false
    try {
      const seen = file.look()
      if (seen.kind !== 'file') {
        troubles.add('changed', path, `${sayBytes(path)} became a ${seen.kind} before it was read; it was left out`)
        return undefined
      }
      const small = seen.sizeBytes <= smallBytes ? readSmall(file, seen, path, troubles, scratch) : undefined
      if (small !== undefined) return small
      isHandedOver = true
      return largeContent(file, file.look(), path, troubles, isRetry)
    } finally {
      if (!isHandedOver) file.close()
    }
  } catch (error) {
    troubles.couldNotRead(path, error)
    return undefined
  }
}

/** @returns `undefined` when the file has grown too large for this */
function readSmall(
  file: OpenedFile,
  first: SeenFile,
  path: Buffer,
  troubles: Troubles,
  scratch: Buffer | undefined,
): FileContent | undefined {
  let before = first
  for (let isRetry = false; before.sizeBytes <= smallBytes; isRetry = true) {
    // One byte more than expected, so that growth is seen, and never without limit.
    const buffer = scratch?.subarray(0, before.sizeBytes + 1) ?? Buffer.allocUnsafe(before.sizeBytes + 1)
    const length = file.readNow(buffer, 0)
    const after = file.look()
    const whole = buffer.subarray(0, Math.min(length, before.sizeBytes))
    if (length === before.sizeBytes && hasSameContent(before, after)) return { seen: before, whole }
    if (isRetry) {
      troubles.add('changed', path, `${sayBytes(path)} changed while it was read: ${whole.length} bytes were kept`)
      return { seen: { ...before, sizeBytes: whole.length }, whole }
    }
    before = after
  }
  return undefined
}

function largeContent(
  file: OpenedFile,
  seen: SeenFile,
  path: Buffer,
  troubles: Troubles,
  isRetry: boolean,
): FileContent {
  let wholeUntil = seen.sizeBytes
  let failed: unknown
  let hasChanged = false
  let isClosed = false

  function close(): void {
    if (!isClosed) file.close()
    isClosed = true
  }

  async function fill(position: number, length: number): Promise<Buffer> {
    if (position >= wholeUntil) return Buffer.alloc(length)
    const chunk = Buffer.allocUnsafe(length)
    let got = 0
    try {
      got = await file.read(chunk, position)
    } catch (error) {
      failed = error
    }
    if (got < length) {
      wholeUntil = position + got
      chunk.fill(0, got)
    }
    return chunk
  }

  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for (let position = 0; position < seen.sizeBytes; position += chunkBytes) {
        yield await fill(position, Math.min(chunkBytes, seen.sizeBytes - position))
        if (failed !== undefined) warnOfHole()
      }
      hasChanged = failed === undefined && !hasSameContent(seen, file.look())
    } finally {
      close()
    }
    if (hasChanged && isRetry) warnOfChange()
  }

  function warnOfHole(): void {
    const error = failed
    failed = undefined
    troubles.couldNotRead(path, error)
    troubles.add('unreadable', path, `${sayBytes(path)} has only zeros from byte ${wholeUntil} on`)
  }

  function warnOfChange(): void {
    const zeros = wholeUntil < seen.sizeBytes ? `, with zeros from byte ${wholeUntil} on` : ''
    const said = `${sayBytes(path)} changed while it was read: its first ${seen.sizeBytes} bytes were kept${zeros}`
    troubles.add('changed', path, said)
  }

  return { seen, chunks, shouldRetry: () => hasChanged && !isRetry, close }
}

/** Whether nothing has been written meanwhile, as far as its size and time tell. */
function hasSameContent(before: SeenFile, after: SeenFile): boolean {
  return before.sizeBytes === after.sizeBytes && before.modifiedNs === after.modifiedNs
}
