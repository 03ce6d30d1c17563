import type { Decrypter, Encrypter } from 'age-encryption'
import { UnsiloError } from '../errors.ts'
import { PayloadDamage, openPayload, payloadNonceBytes, sealPayload } from './age-payload.ts'
import type { Bytes } from './codec.ts'

// Keys and the header are the library's; it takes several times as long as Node.js for the payload.
const library = () => import('age-encryption')

/**
 * Encrypts for everybody who has the secret key of one of the recipients; the `age` program decrypts it. Each time it comes out
 * otherwise.
 *
 * @param recipients Public keys, as `age-keygen` prints them: `age1…`.
 * @throws UnsiloError `config` for one that is none; an error of the body as it is
 */
export async function* encrypt(body: Bytes, recipients: readonly string[]): Bytes {
  const { Encrypter } = await library()
  const { header, fileKey } = await newHeader(new Encrypter(), recipients)
  yield header
  yield* sealPayload(body, fileKey)
}

async function newHeader(
  encrypter: Encrypter,
  recipients: readonly string[],
): Promise<{ header: Uint8Array; fileKey: Uint8Array }> {
  if (recipients.length === 0) {
    throw new UnsiloError('config', 'there is no recipient to encrypt for', {
      hint: 'Write at least one public key, as age-keygen prints it: age1…',
    })
  }
  for (const recipient of recipients) addRecipient(encrypter, recipient)
  let fileKey: Uint8Array | undefined
  // A recipient that adds nothing to the header, and takes the key along.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Uint8Array.from(key)
      return []
    },
  })
  // After the header comes the payload: its nonce, and the empty chunk of no bytes, which is a tag alone.
  const empty = await encrypter.encrypt(new Uint8Array(0))
  return { header: empty.subarray(0, empty.length - payloadNonceBytes - 16), fileKey: fileKey! }
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient.trim())
  } catch (error) {
    // A secret key that stands here by mistake must not be shown.
    const isSecret = /secret/i.test(recipient)
    const what = isSecret ? 'a secret key' : JSON.stringify(recipient)
    throw new UnsiloError('config', `${what} is no recipient of age`, {
      hint: isSecret
        ? 'Write the public key: age-keygen -y prints it from the file of the secret one. Take that one out of here.'
        : 'Write a public key as age-keygen prints it: age1… (keys of ssh are not known here).',
      cause: isSecret ? undefined : error,
    })
  }
}

/**
 * Decrypts what `encrypt` or the `age` program has made. What is given is proven to be what was encrypted; that it is all of it,
 * only when it ends without an error.
 *
 * @param identities Secret keys; one that fits is enough.
 * @throws UnsiloError `config` for one that is none, `auth` when none fits, `corrupt` when bytes were changed or cut off; an error of
 *   the body as it is
 */
export async function* decrypt(body: Bytes, identities: readonly string[]): Bytes {
  const { Decrypter } = await library()
  const decrypter = new Decrypter()
  for (const identity of identities) addIdentity(decrypter, identity)
  const chunks = body[Symbol.asyncIterator]()
  try {
    const { header, nonce, rest } = await readHeader(chunks)
    const fileKey = await openHeader(decrypter, header)
    yield* openPayload(continued(rest, chunks), fileKey, nonce)
  } catch (error) {
    throw error instanceof PayloadDamage ? damaged(error) : error
  } finally {
    await chunks.return?.()
  }
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity)
  } catch {
    throw noIdentity('a secret key is none of age')
  }
}

function noIdentity(message: string): UnsiloError {
  return new UnsiloError('config', message, { hint: 'It is what age-keygen writes: a line AGE-SECRET-KEY-1…' })
}

async function openHeader(decrypter: Decrypter, header: Uint8Array): Promise<Uint8Array> {
  try {
    return await decrypter.decryptHeader(header)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('no identity matched')) throw damaged(error)
    throw new UnsiloError('auth', 'it is encrypted for other keys than those that were given', {
      hint: 'Give the secret key whose public key was a recipient when it was written (age-keygen -y shows it).',
      cause: error,
    })
  }
}

function damaged(cause?: unknown): UnsiloError {
  return new UnsiloError('corrupt', 'the encrypted data was changed, or cut off', {
    hint: 'Take another copy.',
    cause,
  })
}

const firstLine = 'age-encryption.org/v1\n'
/** A recipient takes 2 kB at most. */
const longestHeaderBytes = 1024 * 1024

/** Reads up to the end of the header, a line of `---`, and the nonce after it. */
async function readHeader(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ header: Uint8Array; nonce: Uint8Array; rest: Uint8Array }> {
  let read = Buffer.alloc(0)
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) throw damaged()
    read = Buffer.concat([read, next.value])
    if (!firstLine.startsWith(read.toString('latin1', 0, firstLine.length))) throw notAge()
    const lastLine = read.indexOf('\n--- ')
    const end = lastLine === -1 ? -1 : read.indexOf('\n', lastLine + 1) + 1
    if (end > 0 && read.length >= end + payloadNonceBytes) {
      const nonceEnd = end + payloadNonceBytes
      return { header: read.subarray(0, end), nonce: read.subarray(end, nonceEnd), rest: read.subarray(nonceEnd) }
    }
    if (end <= 0 && read.length > longestHeaderBytes) throw damaged()
  }
}

function notAge(): UnsiloError {
  return new UnsiloError('corrupt', 'it is not encrypted by age, or its beginning was changed', {
    hint: 'Take another copy; text that begins with -----BEGIN AGE is read by the program: age -d.',
  })
}

async function* continued(first: Uint8Array, others: AsyncIterator<Uint8Array>): Bytes {
  yield first
  for (let next = await others.next(); next.done !== true; next = await others.next()) yield next.value
}

/**
 * The secret keys of a file as `age-keygen` writes it: one a line, and comments.
 *
 * @throws UnsiloError `config`, which shows nothing of the file
 */
export function readIdentities(text: string): string[] {
  if (/^(?:age-encryption\.org|-----BEGIN AGE)/.test(text)) {
    throw new UnsiloError('config', 'the file of secret keys is encrypted itself', {
      hint: 'Decrypt it first: age -d KEYS.age > KEYS, in a place that only you can read.',
    })
  }
  const lines = text.split('\n').map((line) => line.trim())
  const wrong = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !line.startsWith('AGE-SECRET-KEY-'))
  if (wrong !== -1) throw noIdentity(`line ${wrong + 1} of the file of secret keys is no secret key of age`)
  const identities = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (identities.length === 0) throw noIdentity('the file of secret keys has none')
  return identities
}
