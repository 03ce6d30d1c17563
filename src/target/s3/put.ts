import type { Arrival, OpenBody } from '../target.ts'
import type { Put } from './begin-parts.ts'
import { BodyFailure, readBody } from './body-reader.ts'
import { interrupted } from '../interrupt.ts'
import { isEtagOf, md5 } from './md5.ts'
import { noStore } from './no-store.ts'
import type { PartMemory, PartRoom } from './part-memory.ts'
import { putInParts } from './put-parts.ts'

/** Sends a file in one request when it fits into one part, else in parts. @throws The body's own error, or an UnsiloError */
export async function putFile(put: Put, open: OpenBody, partBytes: number, memory: PartMemory): Promise<Arrival> {
  const { signal, known } = put
  const needed = known === undefined ? partBytes : Math.min(partBytes, known.sizeBytes)
  const room = await memory.take(needed, signal).catch(() => {
    throw interrupted()
  })
  try {
    const reader = readBody(open(), signal, known?.sizeBytes)
    try {
      const bytes = await reader.fill(room.buffer)
      if (!(await reader.isAtEnd())) return await putInParts(put, reader, room, memory)
      room.shrink(bytes)
      return await putWhole(put, room, bytes)
    } finally {
      reader.close()
    }
  } catch (error) {
    throw error instanceof BodyFailure ? error.cause : error
  } finally {
    room.release()
  }
}

async function putWhole(put: Put, room: PartRoom, bytes: number): Promise<Arrival> {
  const { store, doing, signal } = put
  const body = room.buffer.subarray(0, bytes)
  const hash = md5(body)
  const input = { Bucket: put.bucket, Key: put.key, Body: body, ContentMD5: hash.toString('base64'), ...put.options }
  const { ETag: etag } = await store.ask(doing, signal, (client, options) =>
    client.send(new store.sdk.PutObjectCommand(input), options),
  )
  if (etag === undefined) throw noStore(store.host)
  return isEtagOf(etag, hash) ? 'hashed' : 'sent'
}
