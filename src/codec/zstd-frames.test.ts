import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { zstdFrames } from './zstd-frames.ts'

const compress = (text: string, ...parameters: string[]): Buffer =>
  execFileSync('zstd', ['-q', '-c', ...parameters], { input: text })

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const long = Array.from({ length: 100_000 }, (_, index) => index).join(' ')
const parts = [
  compress(long),
  compress('', '--no-check'),
  compress('x'.repeat(1_000_000), '-19'),
  compress(long, '--long=27'),
]

it.each([1, 7, 100_000_000])('finds the frames of a file that comes in pieces of %s bytes', async (size) => {
  const found = await zstdFrames(inPieces(Buffer.concat(parts), size))
  expect(found.map(({ bytes }) => bytes)).toEqual(parts.map(({ length }) => length))
  expect(found.at(-1)!.at).toBe(parts.slice(0, -1).reduce((sum, { length }) => sum + length, 0))
})

it('ends where something else follows, and at a frame that is cut off', async () => {
  const [first] = parts
  expect(await zstdFrames(inPieces(Buffer.concat([first!, Buffer.from('something else')]), 100))).toHaveLength(1)
  expect(await zstdFrames(inPieces(first!.subarray(0, -1), 100))).toEqual([])
  expect(await zstdFrames(inPieces(Buffer.from('no zstd at all'), 100))).toEqual([])
})
