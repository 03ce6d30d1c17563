import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { Clock } from '../../system/clock.ts'
import type { KnownBody } from '../target.ts'
import { isEtagOf } from './md5.ts'
import { noStore } from './no-store.ts'
import type { Store } from './store.ts'
import { type StoredPart, abortUpload, isLeftover, storedParts, unfinishedUploads } from './unfinished.ts'

/** One file on its way. */
export interface Put {
  store: Store
  bucket: string
  key: string
  /** For messages. */
  doing: string
  signal: AbortSignal
  known: KnownBody | undefined
  /** How the store is to keep it. */
  options: Pick<PutObjectCommandInput, 'StorageClass' | 'ServerSideEncryption' | 'SSEKMSKeyId'>
  clock: Clock
}

export interface Upload {
  Bucket: string
  Key: string
  UploadId: string
}

/** An upload that takes parts, and those that it has already. */
interface Begun {
  upload: Upload
  stored: ReadonlyMap<number, StoredPart>
}

/** Finds an upload of the same bytes that was broken off, or begins a new one; clears away those that are of no use any more. */
export async function beginParts(put: Put, firstBytes: number, firstHash: Buffer): Promise<Begun> {
  const { store, bucket, key, doing, signal, known, clock } = put
  const file = { Bucket: bucket, Key: key }
  let found: Begun | undefined
  for (const unfinished of await unfinishedUploads(store, bucket, key, doing, signal)) {
    const upload = { ...file, UploadId: unfinished.id }
    const stored =
      known !== undefined && found === undefined ? await storedParts(store, upload, doing, signal) : undefined
    const first = stored?.get(1)
    // What begins with other bytes, or in parts of another size, is another file, which somebody may just be sending.
    const isSame = first?.sizeBytes === firstBytes && isEtagOf(first.etag, firstHash)
    if (stored !== undefined && isSame) found = { upload, stored }
    else if (isLeftover(unfinished, clock)) await abortUpload(store, upload, doing)
  }
  if (found !== undefined) return found
  const { UploadId: id } = await store.ask(doing, signal, (client, options) =>
    client.send(new store.sdk.CreateMultipartUploadCommand({ ...file, ...put.options }), options),
  )
  if (id === undefined) throw noStore(store.host)
  return { upload: { ...file, UploadId: id }, stored: new Map() }
}
