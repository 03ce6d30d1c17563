import type { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { interrupted } from '../interrupt.ts'

/** Reads a body in pieces of chosen sizes. */
export interface BodyReader {
  /** Fills the buffer; returns how many bytes came, fewer at the end. @throws BodyFailure, or UnsiloError `cancelled` */
  fill(buffer: Buffer): Promise<number>
  /** Whether the body has come to its end, and is whole. @throws As `fill` */
  isAtEnd(): Promise<boolean>
  /** Ends it, wherever it is. */
  close(): void
}

/** Carries an error that is the body's own. */
export class BodyFailure extends Error {}

/**
 * @param signal Ends it, also while it waits for the body.
 * @param expectedBytes Where it is known; to come to another end is a failure of the body.
 */
export function readBody(body: Readable, signal: AbortSignal, expectedBytes?: number): BodyReader {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>
  let rest: Buffer = Buffer.alloc(0)
  let ended = false
  let received = 0

  const stop = (): void => {
    body.destroy(interrupted())
  }
  signal.addEventListener('abort', stop, { once: true })
  // What it says is heard where it is read.
  body.on('error', () => undefined)

  /** Goes on to the next bytes when there are none left; after that, there are none at the end alone. */
  const load = async (): Promise<void> => {
    while (rest.length === 0 && !ended) {
      if (signal.aborted) throw interrupted()
      try {
        const { done, value } = await chunks.next()
        if (done !== true) rest = typeof value === 'string' ? Buffer.from(value) : asBuffer(value)
        else ended = true
        received += rest.length
        if (expectedBytes !== undefined) checkLength(received, ended, expectedBytes)
      } catch (error) {
        if (signal.aborted) throw interrupted()
        throw new BodyFailure('the body broke off', { cause: error })
      }
    }
  }

  return {
    async fill(buffer) {
      let at = 0
      while (at < buffer.length) {
        await load()
        if (rest.length === 0) break
        const copied = rest.copy(buffer, at)
        rest = rest.subarray(copied)
        at += copied
      }
      return at
    },
    async isAtEnd() {
      await load()
      return rest.length === 0
    },
    close() {
      signal.removeEventListener('abort', stop)
      body.destroy()
    },
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @throws UnsiloError `wrong-content` */
function checkLength(received: number, ended: boolean, expected: number): void {
  if (received === expected || (received < expected && !ended)) return
  const bytes = `${received > expected ? 'more than ' : ''}${Math.min(received, expected)} bytes`
  throw new UnsiloError('wrong-content', `a file of ${expected} bytes was to be sent, and it has ${bytes}`, {
    hint: 'Something changes the file while it is sent; run again when it is at rest.',
  })
}
