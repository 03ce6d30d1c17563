import { Readable, Writable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import type { ByteRange } from '../target.ts'
import type { FtpConnection } from './connection.ts'
import { interrupted } from '../interrupt.ts'
import { isRefusal, refusal } from './ftp-error.ts'
import { lookAt, sizeOf } from './place.ts'

export interface Download {
  /** Absolute. */
  path: string
  range: ByteRange | undefined
  signal: AbortSignal
  /** With the port, for messages. */
  host: string
  /** Called once, when the connection is of no more use to this download; it may be closed then. */
  done(): void
}

/** So much more than was asked for is read, in bytes: less work than a new connection, which is what leaving early takes. */
const excessBytes = 256 * 1024

/**
 * Starts to read a file. The stream ends only once the server has said that it has sent all; it fails when the line broke off.
 *
 * @throws UnsiloError `not-found`, `not-permitted` or `network`; `done` is not called then
 */
export async function download(
  connection: FtpConnection,
  { path, range, signal, host, done }: Download,
): Promise<Readable> {
  const { from, bytes: wanted } = range ?? { from: 0, bytes: Infinity }
  let received = 0
  let isOver = false
  let goOn: (() => void) | undefined

  const leave = (): void => {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', abort)
    done()
  }
  const stream = new Readable({
    read() {
      // It may call for the next chunk at once, and leave a new one to be called.
      const wake = goOn
      goOn = undefined
      wake?.()
    },
    destroy(error, callback) {
      // When all that was asked for has come, the end of the file may not be far.
      if (!isOver && received < wanted) {
        connection.close()
        leave()
      }
      callback(error)
    },
  })
  // An error before the first byte is wanted is kept by the stream, and thrown to who reads it.
  stream.on('error', () => undefined)
  const abort = (): void => void stream.destroy(interrupted())

  const sink = new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, next) {
      const room = wanted - received
      received += chunk.length
      const wantsMore = room > 0 && stream.push(chunk.subarray(0, Math.min(room, chunk.length)))
      if (room > chunk.length) {
        if (wantsMore) next()
        else goOn = next
        return
      }
      if (room > 0) stream.push(null)
      if (received - wanted > excessBytes) {
        connection.close()
        leave()
      }
      next()
    },
  })

  // That the stream gets its source says that the server has the file (a reply of 150 or 125).
  const started = new Promise<undefined>((resolve) => sink.once('pipe', () => resolve(undefined)))
  const transfer = connection.retrieve(sink, path, from)
  const refused = await Promise.race([started, transfer])
  if (refused !== undefined && isRefusal(refused)) {
    const found = await lookAt(connection, path)
    if (found.kind !== 'file') throw missing(path, host)
    // Some servers refuse to begin behind the end (REST).
    if (from < found.sizeBytes || from === 0) throw refusal(refused, `cannot read ${path} on ${host}`)
    done()
    return Readable.from([])
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  transfer
    .then(async (reply) => {
      if (isRefusal(reply)) throw refusal(reply, `cannot read ${path} on ${host}`)
      if (received < wanted) {
        const size = await sizeOf(connection, path)
        if (size !== undefined && !isWhole(size, from, received)) throw brokenOff(path, host)
      }
      leave()
      if (received < wanted) stream.push(null)
    })
    .catch((error: unknown) => {
      if (isOver) return
      leave()
      stream.destroy(error as Error)
    })
  return stream
}

/** True when a file of that size has no more bytes after those that have come. */
export function isWhole(sizeBytes: number, from: number, received: number): boolean {
  return received === 0 ? from >= sizeBytes : from + received === sizeBytes
}

export function missing(path: string, host: string): UnsiloError {
  return new UnsiloError('not-found', `there is no file ${path} on ${host}`, { hint: 'Check the path.' })
}

function brokenOff(path: string, host: string): UnsiloError {
  return new UnsiloError('network', `${path} on ${host} broke off while it was read, or was replaced meanwhile`, {
    hint: 'Run again.',
    retryable: true,
  })
}
