import { createHash } from 'node:crypto'
import { UnsiloError } from '../../errors.ts'
import { keyOf } from './key.ts'
import { type ExchangeFolder, readBodies } from './reader.ts'
import { jsonText } from './json-body.ts'
import { itemsAt } from '../../system/item-path.ts'
import { exactly, recordHash } from './record-hash.ts'
import { recordId } from './record-id.ts'
import type { StreamConfig } from './stream.ts'

export interface SealedRecord {
  /** See `recordId`. */
  id: string
  /** See `recordHash`. */
  sha256: string
}

/**
 * Yields the records that a sealed parcel holds of a stream; those without a key are left out.
 * @throws UnsiloError `corrupt` when a body is not the one that the parcel's journal lists
 */
export async function* sealedRecords(folder: ExchangeFolder, stream: StreamConfig): AsyncGenerator<SealedRecord> {
  for await (const { line, bytes } of readBodies(folder, stream)) {
    if (createHash('sha256').update(bytes).digest('hex') !== line.sha256) throw otherBody(line.body)
    const text = jsonText(bytes)
    const body: unknown = JSON.parse(text)
    const exact = itemsAt(stream.items, exactly(text, body)).items
    for (const [index, item] of itemsAt(stream.items, body).items.entries()) {
      const key = keyOf(item, stream.key ?? [])
      if (key !== undefined) yield { id: recordId(stream, line.for ?? {}, key), sha256: recordHash(exact[index]) }
    }
  }
}

function otherBody(path: string): UnsiloError {
  return new UnsiloError('corrupt', `${path} is not the body that requests.ndjson lists: it has another hash`, {
    hint: 'Look at it, and at the disk; if there is a copy elsewhere, put that in its place.',
  })
}
