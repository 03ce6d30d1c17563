import type { Readable } from 'node:stream'
import { interrupted, onAbort, throwIfAborted, untilAborted } from '../interrupt.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'

/** Bytes that are on their way over one connection, for all its files together: OpenSSH takes 2 MiB before it answers. */
const underwayBytes = 4 * 1024 * 1024

/** What comes in smaller pieces is sent together: each request costs an answer. */
const enoughBytes = 32 * 1024

export interface Window {
  /** Waits until there is room. */
  enter(bytes: number): Promise<void>
  leave(bytes: number): void
}

/** Lets so many bytes through at a time, in the order of those who ask; a piece that is larger goes alone. */
export function openWindow(limit = underwayBytes): Window {
  let inside = 0
  const waiting: { bytes: number; go: () => void }[] = []
  const fits = (bytes: number): boolean => inside === 0 || inside + bytes <= limit
  return {
    async enter(bytes) {
      if (waiting.length > 0 || !fits(bytes)) await new Promise<void>((go) => waiting.push({ bytes, go }))
      else inside += bytes
    },
    leave(bytes) {
      inside -= bytes
      while (waiting.length > 0 && fits(waiting[0]!.bytes)) {
        const next = waiting.shift()!
        inside += next.bytes
        next.go()
      }
    },
  }
}

export interface OpenFile {
  handle: Buffer
  /** Where to begin. */
  position: number
}

/**
 * Writes a body, makes it durable, and closes the handle. Many requests are on their way at a time, the last two as well: they are for
 * the same file, so the server works them off in order. An interrupt does not wait for their answers.
 *
 * @returns Where the body ends.
 * @throws The body's own error, or that of the first request that failed; the handle is closed as well
 */
export async function upload(
  requests: Requests,
  window: Window,
  { handle, position }: OpenFile,
  body: Readable,
  signal: AbortSignal,
): Promise<number> {
  const pending = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  const fail = (error: unknown): void => {
    failure ??= { error }
    // This ends the loop over it, too.
    body.destroy()
  }
  const follow = (answer: Promise<void>): Promise<void> => {
    const ended = answer.catch(fail).then(() => void pending.delete(ended))
    pending.add(ended)
    return ended
  }
  const write = async (bytes: Buffer): Promise<void> => {
    const entering = window.enter(bytes.length)
    const leave = (): void => window.leave(bytes.length)
    try {
      await untilAborted(entering, signal)
    } catch (error) {
      void entering.then(leave)
      throw error
    }
    void follow(requests.write(handle, bytes, position)).then(leave)
    position += bytes.length
  }

  const forget = onAbort(signal, () => fail(interrupted()))
  try {
    throwIfAborted(signal)
    for await (const piece of pieces(body, requests.maxBytes)) {
      if (failure !== undefined) break
      await write(piece)
    }
  } catch (error) {
    fail(error)
  }
  if (failure === undefined) void follow(syncIfOffered(requests, handle))
  void follow(requests.close(handle))
  try {
    while (pending.size > 0) await untilAborted(Promise.all(pending), signal)
  } catch (error) {
    fail(error)
  } finally {
    forget()
  }
  if (failure !== undefined) throw failure.error
  return position
}

/** Makes a file, or the names in a folder, durable where the server has that (fsync@openssh.com). */
export async function syncIfOffered(requests: Requests, handle: Buffer): Promise<void> {
  try {
    await requests.sync(handle)
  } catch (error) {
    if (!hasStatus(error, statusCode.unsupported)) throw error
  }
}

/** Puts small pieces of a body together, and cuts large ones into equal parts. */
async function* pieces(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Buffer> {
  let small: Uint8Array[] = []
  let smallBytes = 0
  for await (const chunk of body) {
    small.push(chunk)
    smallBytes += chunk.length
    if (smallBytes < Math.min(enoughBytes, maxBytes)) continue
    yield* parts(joined(small), maxBytes)
    small = []
    smallBytes = 0
  }
  if (smallBytes > 0) yield* parts(joined(small), maxBytes)
}

function joined(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks
  if (chunks.length > 1 || only === undefined) return Buffer.concat(chunks)
  return Buffer.from(only.buffer, only.byteOffset, only.length)
}

function* parts(bytes: Buffer, maxBytes: number): Generator<Buffer> {
  const partBytes = Math.ceil(bytes.length / Math.ceil(bytes.length / maxBytes))
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes)
}
