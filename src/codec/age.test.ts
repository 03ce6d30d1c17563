import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { decrypt, encrypt, readIdentities } from './age.ts'
import type { Bytes } from './codec.ts'

const hasAge = [spawnSync('age', ['--version']), spawnSync('age-keygen', ['--version'])].every(({ error }) => !error)
const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 20_000_000]

function someBytes(length: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, index) => Math.imul(index + 1, 0x9e3779b1))
  return Buffer.from(words.buffer, 0, length)
}

async function* chunksOf(bytes: Uint8Array, size = 100_000): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(body: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function newKey(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

it.each(sizes)('gives back %i bytes, in chunks of any size', async (size) => {
  const { identity, recipient } = await newKey()
  const content = someBytes(size)
  const sealed = await all(encrypt(chunksOf(content), [recipient]))
  expect((await all(decrypt(chunksOf(sealed, 65_551), [identity]))).equals(content)).toBe(true)
  expect((await all(decrypt(chunksOf(sealed, sealed.length), [identity]))).equals(content)).toBe(true)
})

it('takes a body that comes byte by byte, and gives it back from one', async () => {
  const { identity, recipient } = await newKey()
  const content = someBytes(66_000)
  const sealed = await all(encrypt(chunksOf(content, 1), [recipient]))
  expect((await all(decrypt(chunksOf(sealed, 1), [identity]))).equals(content)).toBe(true)
})

it('comes out otherwise each time', async () => {
  const { recipient } = await newKey()
  const [one, other] = [
    await all(encrypt(chunksOf(someBytes(100)), [recipient])),
    await all(encrypt(chunksOf(someBytes(100)), [recipient])),
  ]
  expect(one.equals(other)).toBe(false)
})

it('can be read by each of several recipients, also by one that quantum computers do not break', async () => {
  const hybrid = await generateHybridIdentity()
  const keys = [await newKey(), await newKey(), { identity: hybrid, recipient: await identityToRecipient(hybrid) }]
  const sealed = await all(
    encrypt(
      chunksOf(Buffer.from('text')),
      keys.map(({ recipient }) => recipient),
    ),
  )
  const stranger = await newKey()
  for (const { identity } of keys) {
    expect(String(await all(decrypt(chunksOf(sealed), [stranger.identity, identity])))).toBe('text')
  }
})

describe.skipIf(!hasAge)('the age program (skipped where it is not installed)', () => {
  function ageKey(): { file: string; recipient: string } {
    const file = join(temporaryFolder(), 'key.txt')
    execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' })
    return { file, recipient: execFileSync('age-keygen', ['-y', file], { encoding: 'utf8' }).trim() }
  }

  it.each(sizes)('decrypts %i bytes that were encrypted here', async (size) => {
    const { file, recipient } = ageKey()
    const content = someBytes(size)
    const input = await all(encrypt(chunksOf(content), [recipient]))
    const output = execFileSync('age', ['-d', '-i', file], { input, maxBuffer: 2 ** 28 })
    expect(output.equals(content)).toBe(true)
  })

  it.each(sizes)('encrypts %i bytes that are decrypted here', async (size) => {
    const { file, recipient } = ageKey()
    const content = someBytes(size)
    const sealed = execFileSync('age', ['-r', recipient], { input: content, maxBuffer: 2 ** 28 })
    const identities = readIdentities(readFileSync(file, 'utf8'))
    expect((await all(decrypt(chunksOf(sealed), identities))).equals(content)).toBe(true)
  })

  it('takes files of several keys, with comments', async () => {
    const keys = [ageKey(), ageKey()]
    const file = join(temporaryFolder(), 'keys.txt')
    writeFileSync(file, `# mine\n\n${keys.map((key) => readFileSync(key.file, 'utf8')).join('\r\n\n')}`)
    const identities = readIdentities(readFileSync(file, 'utf8'))
    expect(identities).toHaveLength(2)
    for (const { recipient } of keys) {
      const sealed = execFileSync('age', ['-r', recipient], { input: 'text' })
      expect(String(await all(decrypt(chunksOf(sealed), identities)))).toBe('text')
      const input = await all(encrypt(chunksOf(Buffer.from('text')), [recipient]))
      expect(execFileSync('age', ['-d', '-i', file], { input, encoding: 'utf8' })).toBe('text')
    }
  })
})

describe('encrypted data that was changed', () => {
  const corrupt = { name: 'UnsiloError', code: 'corrupt' }
  const sealedBy = async (content: Buffer) => {
    const { identity, recipient } = await newKey()
    return { identity, sealed: await all(encrypt(chunksOf(content), [recipient])) }
  }

  it('is noticed wherever it is cut off', async () => {
    const content = someBytes(200_000)
    const { identity, sealed } = await sealedBy(content)
    const headerBytes = sealed.length - 16 - 200_000 - 4 * 16
    const chunkEnds = [1, 2, 3].map((chunks) => headerBytes + 16 + chunks * 65_552)
    const ends = [
      0,
      1,
      30,
      headerBytes - 1,
      headerBytes,
      headerBytes + 16,
      headerBytes + 17,
      ...chunkEnds,
      sealed.length - 1,
    ]
    for (const end of ends) {
      let given = 0
      const reading = async (): Promise<void> => {
        for await (const chunk of decrypt(chunksOf(sealed.subarray(0, end)), [identity])) {
          expect(content.subarray(given, given + chunk.length).equals(chunk)).toBe(true)
          given += chunk.length
        }
      }
      await expect(reading(), `cut off after ${end}`).rejects.toMatchObject(corrupt)
    }
  })

  it('is noticed when a bit is flipped, bytes are added, or chunks change places', async () => {
    const { identity, sealed } = await sealedBy(someBytes(200_000))
    const start = sealed.length - 200_000 - 4 * 16
    const flipped = (at: number): Buffer => {
      const copy = Buffer.from(sealed)
      copy[at]! ^= 1
      return copy
    }
    const chunk = (index: number): Buffer => sealed.subarray(start + index * 65_552, start + (index + 1) * 65_552)
    const changed = [
      flipped(0),
      flipped(start - 17),
      flipped(start - 1),
      flipped(start),
      flipped(start + 100_000),
      flipped(sealed.length - 1),
      Buffer.concat([sealed, Buffer.from('x')]),
      Buffer.concat([sealed, sealed.subarray(start)]),
      Buffer.concat([sealed.subarray(0, start), chunk(1), chunk(0), sealed.subarray(start + 2 * 65_552)]),
      Buffer.concat([sealed.subarray(0, start + 65_552), sealed.subarray(start + 2 * 65_552)]),
    ]
    for (const [index, bytes] of changed.entries()) {
      await expect(all(decrypt(chunksOf(bytes), [identity])), `change ${index}`).rejects.toMatchObject(corrupt)
    }
  })

  it('is told from what was never encrypted', async () => {
    const { identity } = await newKey()
    await expect(all(decrypt(chunksOf(someBytes(1000)), [identity]))).rejects.toThrow('not encrypted by age')
    await expect(all(decrypt(chunksOf(Buffer.from('age-encryption.org/v2\n')), [identity]))).rejects.toMatchObject(
      corrupt,
    )
    const endless = Buffer.from(`age-encryption.org/v1\n${'-> x y\n\n'.repeat(200_000)}`)
    await expect(all(decrypt(chunksOf(endless), [identity]))).rejects.toMatchObject(corrupt)
  })
})

it('says that no key fits', async () => {
  const [mine, other] = [await newKey(), await newKey()]
  const sealed = await all(encrypt(chunksOf(Buffer.from('text')), [other.recipient]))
  const refused = { name: 'UnsiloError', code: 'auth', message: expect.stringContaining('other keys') as unknown }
  await expect(all(decrypt(chunksOf(sealed), [mine.identity]))).rejects.toMatchObject(refused)
  await expect(all(decrypt(chunksOf(sealed), []))).rejects.toMatchObject(refused)
})

it('refuses what is no recipient, and shows no secret that stands there by mistake', async () => {
  const { identity, recipient } = await newKey()
  const config = { name: 'UnsiloError', code: 'config' }
  for (const wrong of ['', 'age1xyz', 'ssh-ed25519 AAAA', `${recipient}x`]) {
    const sealing = all(encrypt(chunksOf(Buffer.from('text')), [recipient, wrong]))
    await expect(sealing, wrong).rejects.toMatchObject({ ...config, hint: expect.stringContaining('age1') as unknown })
  }
  await expect(all(encrypt(chunksOf(Buffer.from('text')), []))).rejects.toMatchObject(config)
  const error: unknown = await all(encrypt(chunksOf(Buffer.from('text')), [identity])).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ ...config, message: 'a secret key is no recipient of age' })
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(identity.slice(20))
})

it('refuses a file of keys that has none, and shows nothing of it', () => {
  for (const text of [
    '',
    '# only a comment\n',
    'hunter2\n',
    'age-encryption.org/v1\n…',
    '-----BEGIN AGE ENCRYPTED FILE-----\n',
  ]) {
    expect(() => readIdentities(text)).toThrow(
      expect.objectContaining({ name: 'UnsiloError', code: 'config' }) as Error,
    )
    expect(() => readIdentities(text)).not.toThrow(/hunter2/)
  }
})

it('refuses a key that is none, and does not show it', async () => {
  const decrypting = all(decrypt(chunksOf(Buffer.from('x')), ['AGE-SECRET-KEY-1HUNTER2']))
  await expect(decrypting).rejects.toMatchObject({ code: 'config', message: 'a secret key is none of age' })
})

it("passes the body's own error on, both ways, and ends it when nobody reads on", async () => {
  const { identity, recipient } = await newKey()
  const own = new Error('the disk')
  let ended = 0
  async function* broken(content: Uint8Array): Bytes {
    try {
      yield content
      throw own
    } finally {
      ended += 1
    }
  }
  await expect(all(encrypt(broken(someBytes(100)), [recipient]))).rejects.toBe(own)
  const sealed = await all(encrypt(chunksOf(someBytes(200_000)), [recipient]))
  await expect(all(decrypt(broken(sealed.subarray(0, 150_000)), [identity]))).rejects.toBe(own)
  async function* endless(content: Uint8Array): Bytes {
    try {
      yield content
      for (;;) yield someBytes(100_000)
    } finally {
      ended += 1
    }
  }
  for await (const chunk of encrypt(endless(someBytes(200_000)), [recipient])) if (chunk.length > 60_000) break
  for await (const _ of decrypt(endless(sealed.subarray(0, 150_000)), [identity])) break
  await expect.poll(() => ended).toBe(4)
})

it('holds little of what passes through', async () => {
  const { identity, recipient } = await newKey()
  const piece = someBytes(1_000_000)
  let peak = 0
  async function* large(): Bytes {
    for (let count = 0; count < 200; count++) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers)
      yield piece
    }
  }
  const before = process.memoryUsage().arrayBuffers
  let bytes = 0
  for await (const chunk of decrypt(encrypt(large(), [recipient]), [identity])) bytes += chunk.length
  expect(bytes).toBe(200_000_000)
  expect(peak - before).toBeLessThan(100_000_000)
})
