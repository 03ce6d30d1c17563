import type { Decrypter, Encrypter } from 'age-encryption'
import { UnsiloError } from '../errors.ts'
import type { Bytes } from './codec.ts'

const library = () => import('age-encryption')

/**
 * Encrypts for everybody who has the secret key of one of the recipients; the `age` program decrypts it. Each time it comes out
 * otherwise.
 *
 * @param recipients Public keys, as `age-keygen` prints them: `age1…`.
 * @throws UnsiloError `config` for one that is none; an error of the body as it is
 */
export async function* encrypt(body: Bytes, recipients: readonly string[]): Bytes {
  if (recipients.length === 0) {
    throw new UnsiloError('config', 'there is no recipient to encrypt for', {
      hint: 'Write at least one public key, as age-keygen prints it: age1…',
    })
  }
  const { Encrypter } = await library()
  const encrypter = new Encrypter()
  for (const recipient of recipients) addRecipient(encrypter, recipient)
  yield* await encrypter.encrypt(ReadableStream.from(body))
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
  let ofBody: { error: unknown } | undefined
  async function* noted(): Bytes {
    try {
      yield* body
    } catch (error) {
      ofBody = { error }
      throw error
    }
  }
  try {
    yield* await decrypter.decrypt(ReadableStream.from(noted()))
  } catch (error) {
    throw ofBody === undefined ? explain(error) : ofBody.error
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

function explain(error: unknown): UnsiloError {
  const message = error instanceof Error ? error.message : ''
  if (message.startsWith('no identity matched')) {
    return new UnsiloError('auth', 'it is encrypted for other keys than those that were given', {
      hint: 'Give the secret key whose public key was a recipient when it was written (age-keygen -y shows it).',
      cause: error,
    })
  }
  if (message.startsWith('invalid version') || message.startsWith('invalid non-ASCII')) {
    return new UnsiloError('corrupt', 'it is not encrypted by age, or its beginning was changed', {
      hint: 'Take another copy; text that begins with -----BEGIN AGE is read by the program: age -d.',
      cause: error,
    })
  }
  return new UnsiloError('corrupt', 'the encrypted data was changed, or cut off', {
    hint: 'Take another copy.',
    cause: error,
  })
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
