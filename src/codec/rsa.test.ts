import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type RsaScheme, decryptRsa, readRsaKey } from './rsa.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 1024 })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const key = readRsaKey(pem)

const options = {
  'rsa-pkcs1v15': { padding: constants.RSA_PKCS1_PADDING },
  'rsa-oaep': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  'rsa-oaep-sha256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
} as const

const encrypt = (scheme: RsaScheme, text: string, publicKey = pair.publicKey): Buffer =>
  publicEncrypt({ key: publicKey, ...options[scheme] }, Buffer.from(text))

describe.each(['rsa-pkcs1v15', 'rsa-oaep', 'rsa-oaep-sha256'] as const)('%s', (scheme) => {
  it('opens blocks, one after the other', () => {
    const blocks = ['', 'hello', ' wörld'].map((text) => encrypt(scheme, text))
    expect(Buffer.from(decryptRsa(key, scheme, Buffer.concat(blocks))!).toString()).toBe('hello wörld')
  })

  it('does not open what is for another key, was changed, or is no block', () => {
    const whole = encrypt(scheme, 'hello')
    const changed = Buffer.from(whole)
    changed[10]! ^= 1
    expect(decryptRsa(key, scheme, changed)?.toString()).not.toBe('hello')
    expect(decryptRsa(key, scheme, encrypt(scheme, 'hello', other.publicKey))).toBeUndefined()
    expect(decryptRsa(key, scheme, whole.subarray(1))).toBeUndefined()
    expect(decryptRsa(key, scheme, Buffer.alloc(0))).toBeUndefined()
    // More than the modulus.
    expect(decryptRsa(key, scheme, Buffer.alloc(256, 0xff))).toBeUndefined()
  })
})

it('opens what takes all of a block of PKCS #1 v1.5', () => {
  const text = randomBytes(122).toString('hex') + 'x'
  expect(Buffer.from(decryptRsa(key, 'rsa-pkcs1v15', encrypt('rsa-pkcs1v15', text))!).toString()).toBe(text)
})

it('reads a key of PKCS #1, too', () => {
  const pkcs1 = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string
  expect(readRsaKey(pkcs1).blockBytes).toBe(256)
})

it.each([
  ['a public key', pair.publicKey.export({ type: 'spki', format: 'pem' }) as string, /public key/],
  [
    'a key with a passphrase',
    pair.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'canary-4711',
    }) as string,
    /passphrase/,
  ],
  ['no key', 'canary-4711', /no private key in PEM/],
  [
    'a key of another kind',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    /ed25519/,
  ],
])('says that it cannot use %s, and shows nothing of it', (_, text, message) => {
  expect(() => readRsaKey(text)).toThrow(message)
  expect(() => readRsaKey(text)).not.toThrow(/canary|BEGIN/)
})
