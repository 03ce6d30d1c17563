import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { hasOwnZstd, hasProgram } from '../system/machine.ts'
import type { Bytes, Codec } from './codec.ts'
import { codecForExtension, codecNamed } from './codec.ts'
import { gzip } from './gzip.ts'
import { foreignCodec } from './foreign.ts'
import { zstd } from './zstd.ts'

const hasZstdProgram = await hasProgram('zstd', '--version')
const hasZstd = hasOwnZstd() || hasZstdProgram
const reason = 'zstd: neither this Node.js nor the system has it'

async function bytesOf(body: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* bodyOf(...chunks: Uint8Array[]): Bytes {
  yield* chunks
}

/** Bytes that cannot be compressed, so that as much comes out as goes in. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, state = 1; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** Ids of the live zstd processes that this process started. */
function zstdChildren(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return (
        status.startsWith('Name:\tzstd\n') && status.includes(`\nPPid:\t${process.pid}\n`) && !/State:\tZ/.test(status)
      )
    } catch {
      return false
    }
  })
}

it('is found by its name and by its extension', () => {
  expect([codecNamed('gzip'), codecNamed('zstd'), codecNamed('none')]).toEqual([gzip, zstd, undefined])
  expect(['gz', 'zst', 'json', '', 'GZ'].map((extension) => codecForExtension(extension)?.name)).toEqual([
    'gzip',
    'zstd',
    undefined,
    undefined,
    undefined,
  ])
})

const codecs: [string, Codec, number][] = [
  ['gzip', gzip, 100],
  // Each run starts two programs where Node.js has no zstd of its own.
  ['zstd', zstd, hasOwnZstd() ? 100 : 15],
]

describe.each(codecs)('%s', (name, codec, numRuns) => {
  const test = it.skipIf(name === 'zstd' && !hasZstd)
  if (name === 'zstd' && !hasZstd) it.skip(reason)

  test('gives back any bytes, however they are cut into chunks', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 5000, size: 'max' }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const packed = await bytesOf(codec.compress(bodyOf(...parts)))
        expect((await bytesOf(codec.decompress(bodyOf(packed)))).equals(Buffer.concat(parts))).toBe(true)
      }),
      { numRuns },
    )
  })

  test('makes text smaller', async () => {
    const body = Buffer.from('{"id": 1, "name": "task"}\n'.repeat(10_000))
    expect((await bytesOf(codec.compress(bodyOf(body)))).length).toBeLessThan(body.length / 20)
  })

  test('finds data that was cut off anywhere', async () => {
    const packed = await bytesOf(codec.compress(bodyOf(noise(3000))))
    const lengths = [0, 1, 5, 100, Math.floor(packed.length / 2), packed.length - 4, packed.length - 1]
    for (const length of lengths) {
      const cut = bytesOf(codec.decompress(bodyOf(packed.subarray(0, length))))
      await expect(cut, `${length} of ${packed.length} bytes`).rejects.toMatchObject({
        name: 'UnsiloError',
        code: 'wrong-content',
        message: expect.stringContaining(name) as string,
        hint: expect.stringContaining('cut off') as string,
      })
    }
  })

  test('finds a damaged byte, in a small body and deep in a large one', async () => {
    for (const length of [3000, 4_000_000]) {
      const packed = await bytesOf(codec.compress(bodyOf(noise(length))))
      for (const at of [0, Math.floor(packed.length / 2)]) {
        const damaged = Buffer.from(packed)
        damaged[at]! ^= 0xff
        const pieces = Array.from({ length: Math.ceil(damaged.length / 65_536) }, (_, index) =>
          damaged.subarray(index * 65_536, (index + 1) * 65_536),
        )
        await expect(bytesOf(codec.decompress(bodyOf(...pieces))), `byte ${at}`).rejects.toMatchObject({
          name: 'UnsiloError',
          code: 'wrong-content',
        })
      }
    }
  })

  test.each(['compress', 'decompress'] as const)('passes the error of its input through (%s)', async (way) => {
    const packed = await bytesOf(codec.compress(bodyOf(noise(500_000))))
    async function* broken(): Bytes {
      yield packed.subarray(0, 100_000)
      await Promise.resolve()
      throw new Error('connection reset')
    }
    await expect(bytesOf(codec[way](broken()))).rejects.toThrow('connection reset')
  })

  test.each(['compress', 'decompress'] as const)(
    'ends when the signal aborts, though its input hangs (%s)',
    async (way) => {
      const controller = new AbortController()
      async function* hanging(): Bytes {
        yield Buffer.from('begun')
        controller.abort(new Error('stop'))
        await new Promise(() => undefined)
      }
      await expect(bytesOf(codec[way](hanging(), controller.signal))).rejects.toThrow()
      await expect.poll(zstdChildren).toEqual([])
    },
  )

  test('stops its input, and leaves no process, when its reader has had enough', async () => {
    let isEnded = false
    async function* endless(): Bytes {
      try {
        for (;;) yield noise(100_000)
      } finally {
        isEnded = true
      }
    }
    for await (const chunk of codec.compress(endless())) if (chunk.length > 0) break
    await expect.poll(() => isEnded).toBe(true)
    await expect.poll(zstdChildren).toEqual([])
  })

  // The program hands each core some MB, so how far it reads ahead depends on the machine.
  it.skipIf(name === 'zstd' && !hasOwnZstd())('reads no further ahead than its reader goes', async () => {
    let handedOut = 0
    const chunk = noise(64 * 1024)
    async function* endless(): Bytes {
      for (; handedOut < 400; handedOut++) yield chunk
    }
    const reader = codec.compress(endless())[Symbol.asyncIterator]()
    await reader.next()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(handedOut).toBeLessThan(100)
    await reader.return!()
  })
})

it('writes gzip that others read, and reads what others write, several members in a row too', async () => {
  const body = noise(10_000)
  expect(gunzipSync(await bytesOf(gzip.compress(bodyOf(body)))).equals(body)).toBe(true)
  const members = Buffer.concat([gzipSync('one, '), gzipSync('two')])
  expect((await bytesOf(gzip.decompress(bodyOf(members)))).toString()).toBe('one, two')
})

it.skipIf(!hasZstdProgram)('writes zstd that the zstd program reads, and reads what it writes', async () => {
  const body = noise(10_000)
  const packed = await bytesOf(zstd.compress(bodyOf(body)))
  expect(execFileSync('zstd', ['-dqc'], { input: packed }).equals(body)).toBe(true)
  const theirs = execFileSync('zstd', ['-qc', '--long=27', '-19'], { input: body })
  expect((await bytesOf(zstd.decompress(bodyOf(theirs)))).equals(body)).toBe(true)
})

it('says what to install for files that others have compressed', async () => {
  vi.stubEnv('PATH', '/nonexistent')
  try {
    for (const [extension, program] of [
      ['xz', 'xz-utils'],
      ['bz2', 'bzip2'],
    ] as const) {
      await expect(bytesOf(foreignCodec(extension)!.decompress(bodyOf(noise(10))))).rejects.toMatchObject({
        code: 'missing-program',
        hint: expect.stringContaining(`apt install ${program}`) as string,
      })
    }
    expect(foreignCodec('zip')).toBeUndefined()
  } finally {
    vi.unstubAllEnvs()
  }
})

it.skipIf(hasOwnZstd())('says what to install when there is no zstd, for a body of any size', async () => {
  vi.stubEnv('PATH', '/nonexistent')
  try {
    for (const length of [0, 10, 3_000_000]) {
      await expect(bytesOf(zstd.compress(bodyOf(noise(length))))).rejects.toMatchObject({
        code: 'missing-program',
        hint: expect.stringContaining('Install the zstd program') as string,
      })
    }
  } finally {
    vi.unstubAllEnvs()
  }
})
