import { createHash } from 'node:crypto'

/** S3 compares by MD5, against damage and not against forgery: Content-MD5 of what is sent, ETag of what is there. */
export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest()
}

/** Whether a store says that what it has is of this hash. ETags that are made otherwise, as with KMS, say nothing. */
export function isEtagOf(etag: string | undefined, hash: Buffer): boolean {
  return bare(etag) === hash.toString('hex')
}

/** The same for a file that was sent in parts: the MD5 of their MD5s, and their number, as S3 and most others do it. */
export function isEtagOfParts(etag: string | undefined, hashes: readonly Buffer[]): boolean {
  return bare(etag) === `${md5(Buffer.concat(hashes)).toString('hex')}-${hashes.length}`
}

/** ETags stand in quotes (RFC 9110, 8.8.3); some stores leave them out. */
function bare(etag: string | undefined): string | undefined {
  return etag?.replaceAll('"', '').toLowerCase()
}
