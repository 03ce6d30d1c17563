import { UnsiloError } from '../../errors.ts'
import type { Arrival } from '../target.ts'
import { type Put, type Upload, beginParts } from './begin-parts.ts'
import { BodyFailure, type BodyReader } from './body-reader.ts'
import { interrupted } from '../interrupt.ts'
import { isEtagOf, isEtagOfParts, md5 } from './md5.ts'
import { noStore } from './no-store.ts'
import type { PartMemory, PartRoom } from './part-memory.ts'
import { mostParts } from './part-size.ts'
import { abortUpload } from './unfinished.ts'

/**
 * Sends a file in parts, as many at a time as there is memory for. With `put.known`, it goes on with an upload of the same bytes that was
 * broken off, and one that breaks off stays there for that.
 *
 * @param first The first part, which is full.
 * @param reader Stands behind it.
 */
export async function putInParts(put: Put, reader: BodyReader, first: PartRoom, memory: PartMemory): Promise<Arrival> {
  const { store, doing } = put
  const hashes = [md5(first.buffer)]
  const begun = await beginParts(put, first.buffer.length, hashes[0]!)
  const { upload, stored } = begun
  const etags: string[] = []
  const stop = new AbortController()
  const signal = AbortSignal.any([put.signal, stop.signal])
  const running = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  let skipped = 0

  const fail = (error: unknown): void => {
    failure ??= { error }
    stop.abort()
    reader.close()
  }

  /** Gives the room back in any case. */
  const send = async (room: PartRoom, bytes: number, number: number): Promise<void> => {
    try {
      const input = {
        ...upload,
        PartNumber: number,
        Body: room.buffer.subarray(0, bytes),
        ContentMD5: hashes[number - 1]!.toString('base64'),
      }
      const { ETag: etag } = await store.ask(doing, signal, (client, options) =>
        client.send(new store.sdk.UploadPartCommand(input), options),
      )
      if (etag === undefined) throw noStore(store.host)
      etags[number - 1] = etag
    } finally {
      room.release()
    }
  }

  const sendUnlessThere = (room: PartRoom, bytes: number, number: number): void => {
    const there = stored.get(number)
    if (there?.sizeBytes === bytes && isEtagOf(there.etag, hashes[number - 1]!)) {
      etags[number - 1] = there.etag
      skipped += 1
      room.release()
      return
    }
    const sending = send(room, bytes, number)
      .catch(fail)
      .finally(() => running.delete(sending))
    running.add(sending)
  }

  try {
    const size = first.buffer.length
    sendUnlessThere(first, size, 1)
    while (!(await reader.isAtEnd())) {
      if (hashes.length === mostParts) throw tooLong(doing, size)
      const room = await memory.take(size, signal)
      const bytes = await reader.fill(room.buffer).catch((error: unknown) => {
        room.release()
        throw error
      })
      room.shrink(bytes)
      sendUnlessThere(room, bytes, hashes.push(md5(room.buffer.subarray(0, bytes))))
    }
    await Promise.all(running)
    if (failure !== undefined) throw failure.error
    const done = await complete(put, upload, etags)
    if (skipped > 0) return 'resumed'
    return isEtagOfParts(done, hashes) ? 'hashed' : 'sent'
  } catch (error) {
    fail(error)
    // A part that arrives after the upload was aborted would stay there.
    await Promise.all(running)
    const reason = put.signal.aborted ? interrupted() : failure?.error
    if (!(put.known !== undefined && isWorthKeeping(reason))) await abortUpload(store, upload, doing)
    throw reason
  }
}

/** What has been sent is of use if the same bytes are sent again, and that may come about. */
function isWorthKeeping(reason: unknown): boolean {
  return (
    !(reason instanceof BodyFailure) &&
    reason instanceof UnsiloError &&
    (reason.retryable || reason.code === 'cancelled')
  )
}

/** @returns The ETag of the whole, where the store says one. */
async function complete({ store, doing, signal }: Put, upload: Upload, etags: string[]): Promise<string | undefined> {
  const parts = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }))
  const input = { ...upload, MultipartUpload: { Parts: parts } }
  // The SDK takes the error that may stand in an answer with status 200 for one (AWS: "CompleteMultipartUpload").
  const done = await store.ask(doing, signal, (client, options) =>
    client.send(new store.sdk.CompleteMultipartUploadCommand(input), options),
  )
  if (done.Key === undefined && done.ETag === undefined) throw noStore(store.host)
  return done.ETag
}

function tooLong(doing: string, size: number): UnsiloError {
  return new UnsiloError('config', `cannot ${doing}: it takes more than ${mostParts} parts of ${size} bytes`, {
    hint: 'Raise `part_size`: S3 takes no more parts of one file.',
  })
}
