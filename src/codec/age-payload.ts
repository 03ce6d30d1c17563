import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Bytes } from './codec.ts'

// The payload of an age file (C2SP, age.md, "Payload"): a nonce, then chunks of 64 KiB, each sealed with ChaCha20-Poly1305. Its
// nonce is the chunk's number and whether it is the last, so that chunks can neither change places nor be left out.
const chunkBytes = 64 * 1024
const tagBytes = 16
export const payloadNonceBytes = 16

/** Seals a payload with the key of its file. */
export async function* sealPayload(body: Bytes, fileKey: Uint8Array): Bytes {
  const nonce = randomBytes(payloadNonceBytes)
  const key = payloadKey(fileKey, nonce)
  yield nonce
  let count = 0
  for await (const { piece, isLast } of inPieces(body, chunkBytes)) {
    const cipher = createCipheriv('chacha20-poly1305', key, chunkNonce(count++, isLast), { authTagLength: tagBytes })
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
  }
}

/** A payload is not what was sealed: bytes of it are others, or lacking. */
export class PayloadDamage extends Error {
  override readonly name = 'PayloadDamage'
}

/** Gives each chunk once it is proven to be what was sealed. @throws PayloadDamage */
export async function* openPayload(body: Bytes, fileKey: Uint8Array, nonce: Uint8Array): Bytes {
  const key = payloadKey(fileKey, nonce)
  let count = 0
  for await (const { piece, isLast } of inPieces(body, chunkBytes + tagBytes)) {
    const isFirst = count === 0
    const textBytes = piece.length - tagBytes
    // Only a payload of 0 bytes has an empty chunk.
    if (textBytes < 0 || (textBytes === 0 && !isFirst)) throw new PayloadDamage('the last chunk is cut off')
    const options = { authTagLength: tagBytes }
    const decipher = createDecipheriv('chacha20-poly1305', key, chunkNonce(count++, isLast), options)
    decipher.setAuthTag(piece.subarray(textBytes))
    const text = decipher.update(piece.subarray(0, textBytes))
    try {
      decipher.final()
    } catch (error) {
      throw new PayloadDamage(`chunk ${count} is not what was sealed`, { cause: error })
    }
    if (text.length > 0) yield text
  }
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32))
}

/** 11 bytes of number, the highest first, and one that is 1 for the last chunk. 6 bytes number more than any disk holds. */
function chunkNonce(count: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(count, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Cuts a body into pieces of so many bytes. The last may be shorter, and is empty only where the body is. */
async function* inPieces(body: Bytes, bytes: number): AsyncGenerator<{ piece: Uint8Array; isLast: boolean }> {
  let kept: Uint8Array[] = []
  let keptBytes = 0
  for await (const chunk of body) {
    let rest = chunk
    // A whole piece is kept until another byte comes: it may be the last.
    while (keptBytes + rest.length > bytes) {
      const missing = bytes - keptBytes
      yield { piece: joined([...kept, rest.subarray(0, missing)]), isLast: false }
      rest = rest.subarray(missing)
      kept = []
      keptBytes = 0
    }
    if (rest.length > 0) kept.push(rest)
    keptBytes += rest.length
  }
  yield { piece: joined(kept), isLast: true }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0)
  return filled.length === 1 ? filled[0]! : Buffer.concat(filled)
}
