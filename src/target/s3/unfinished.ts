import { UnsiloError } from '../../errors.ts'
import type { Clock } from '../../system/clock.ts'
import { dayMs } from '../../system/duration.ts'
import { decodeKey } from './key.ts'
import type { Store } from './store.ts'

/** An upload in parts that was begun and neither completed nor aborted. */
export interface Unfinished {
  id: string
  begun: Date
}

/** A part that is there. */
export interface StoredPart {
  number: number
  sizeBytes: number
  /** As the store says it; in most stores the MD5 of its bytes. */
  etag: string
}

/**
 * The uploads of a file that were not ended, newest first. None where the store does not know the question, or does not allow it:
 * all that is lost is the bytes that were sent before.
 */
export async function unfinishedUploads(
  store: Store,
  bucket: string,
  key: string,
  doing: string,
  signal: AbortSignal,
): Promise<Unfinished[]> {
  const found: Unfinished[] = []
  let markers: { KeyMarker?: string; UploadIdMarker?: string } = {}
  for (;;) {
    const input = { Bucket: bucket, Prefix: key, EncodingType: 'url', ...markers } as const
    const answer = await unlessRefused(
      store.ask(doing, signal, (client, options) =>
        client.send(new store.sdk.ListMultipartUploadsCommand(input), options),
      ),
    )
    for (const { Key: name = '', UploadId: id, Initiated: begun } of answer?.Uploads ?? []) {
      // Keys that only begin like this one are listed, too.
      if (id !== undefined && decodeKey(name, answer?.EncodingType) === key)
        found.push({ id, begun: begun ?? new Date(0) })
    }
    const next = { KeyMarker: answer?.NextKeyMarker, UploadIdMarker: answer?.NextUploadIdMarker }
    if (answer?.IsTruncated !== true || next.KeyMarker === undefined) break
    markers = {
      KeyMarker: decodeKey(next.KeyMarker, answer.EncodingType),
      ...(next.UploadIdMarker === undefined ? {} : { UploadIdMarker: next.UploadIdMarker }),
    }
    if (markers.KeyMarker !== key) break
  }
  return found.sort((a, b) => b.begun.getTime() - a.begun.getTime())
}

export async function storedParts(
  store: Store,
  upload: { Bucket: string; Key: string; UploadId: string },
  doing: string,
  signal: AbortSignal,
): Promise<Map<number, StoredPart>> {
  const parts = new Map<number, StoredPart>()
  let marker: string | undefined
  do {
    const input = { ...upload, ...(marker === undefined ? {} : { PartNumberMarker: marker }) }
    const answer = await unlessRefused(
      store.ask(doing, signal, (client, options) => client.send(new store.sdk.ListPartsCommand(input), options)),
    )
    for (const { PartNumber: number, Size: sizeBytes = -1, ETag: etag } of answer?.Parts ?? []) {
      if (number !== undefined && etag !== undefined) parts.set(number, { number, sizeBytes, etag })
    }
    marker = answer?.IsTruncated === true ? answer.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return parts
}

/** What is younger may be another machine's, at work just now. */
export function isLeftover({ begun }: Unfinished, clock: Clock): boolean {
  return clock.now().getTime() - begun.getTime() > dayMs
}

/** Drops the parts that were sent. It is no failure of what is being done when that does not work: a later upload does it again. */
export async function abortUpload(
  store: Store,
  upload: { Bucket: string; Key: string; UploadId: string },
  doing: string,
): Promise<void> {
  const signal = AbortSignal.timeout(abortMs)
  await store
    .ask(doing, signal, (client, options) => client.send(new store.sdk.AbortMultipartUploadCommand(upload), options))
    .catch(() => undefined)
}

/** How long an interrupt may take. */
const abortMs = 5000

async function unlessRefused<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  return asking.catch((error: unknown) => {
    if (error instanceof UnsiloError && !error.retryable && error.code !== 'cancelled') return undefined
    throw error
  })
}
