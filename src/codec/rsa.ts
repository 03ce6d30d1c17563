import { type KeyObject, constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { UnsiloError } from '../errors.ts'

/** Of PKCS #1 v2.2 (RFC 8017): v1.5, and OAEP with SHA-1 or SHA-256, which is that of MGF1, too. */
export type RsaScheme = 'rsa-pkcs1v15' | 'rsa-oaep' | 'rsa-oaep-sha256'

export interface RsaKey {
  key: KeyObject
  /** Bytes of one block of ciphertext. */
  blockBytes: number
}

/**
 * A private key in PEM: PKCS #1 or PKCS #8.
 * @throws UnsiloError `config`, which shows nothing of the key
 */
export function readRsaKey(pem: string): RsaKey {
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) {
    throw wrongKey('it is a public key', 'Give the private key that belongs to it.')
  }
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw wrongKey(
      'it is protected by a passphrase',
      'Let a command decrypt it: key = { command = "openssl pkey -in key.pem -passin file:…" }.',
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw wrongKey(
      'it is no private key in PEM',
      'It begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----.',
    )
  }
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (key.asymmetricKeyType !== 'rsa' || bits === undefined) {
    throw wrongKey(`it is a key of ${key.asymmetricKeyType ?? 'another kind'}`, 'Give an RSA key.')
  }
  return { key, blockBytes: Math.ceil(bits / 8) }
}

function wrongKey(reason: string, hint: string): UnsiloError {
  return new UnsiloError('config', `the RSA key cannot be used: ${reason}`, { hint })
}

/** Decrypts whole blocks, one after the other. `undefined`: they are not encrypted for this key, or are damaged. */
export function decryptRsa({ key, blockBytes }: RsaKey, scheme: RsaScheme, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0 || bytes.length % blockBytes !== 0) return undefined
  const parts: Uint8Array[] = []
  for (let from = 0; from < bytes.length; from += blockBytes) {
    const part = decryptBlock(key, scheme, bytes.subarray(from, from + blockBytes))
    if (part === undefined) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function decryptBlock(key: KeyObject, scheme: RsaScheme, block: Uint8Array): Uint8Array | undefined {
  try {
    if (scheme === 'rsa-pkcs1v15') {
      return withoutPadding(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block))
    }
    const oaepHash = scheme === 'rsa-oaep' ? 'sha1' : 'sha256'
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, block)
  } catch {
    // OpenSSL says no more than that it failed; what it says may not be told apart anyway.
    return undefined
  }
}

/**
 * Takes the padding of PKCS #1 v1.5 off: 00 02, at least eight bytes that are not 0, 00, the message (RFC 8017, 7.2.2).
 *
 * Node.js refuses to do it itself where its OpenSSL has no implicit rejection (CVE-2023-46809). That is about servers that answer
 * whoever sends them ciphertexts, and tell by words or by time whether the padding was right (Bleichenbacher's attack). Here nobody is
 * answered: the ciphertexts are those that were kept, so the time that this takes tells nobody anything. The exponentiation, where
 * time would tell of the key, is OpenSSL's, blinded.
 */
function withoutPadding(block: Uint8Array): Uint8Array | undefined {
  const end = block.indexOf(0, 2)
  return block[0] === 0 && block[1] === 2 && end >= 10 ? block.subarray(end + 1) : undefined
}
