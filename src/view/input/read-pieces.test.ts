import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { systemFiles } from '../../system/files.ts'
import { readPieces } from './read-pieces.ts'

async function piecesOf(path: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of readPieces(systemFiles, path)) pieces.push(piece)
  return pieces
}

describe('readPieces', () => {
  const mebibyte = 1024 * 1024

  it.each([0, 1, 1000, mebibyte - 1, mebibyte, mebibyte + 1, 2.5 * mebibyte])('gives all of %d bytes', async (size) => {
    const path = join(temporaryFolder(), 'a')
    const bytes = Buffer.alloc(size, 'abcdefg')
    writeFileSync(path, bytes)
    const pieces = await piecesOf(path)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    expect(pieces.every((piece) => piece.length > 0)).toBe(true)
    // What was read stays as it is when more is read.
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(pieces.length)
  })

  it.each([0, 1000, 65_536, 300_000])('gives all of %d bytes in one piece of memory', async (size) => {
    const path = join(temporaryFolder(), 'a')
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index % 251))
    writeFileSync(path, bytes)
    const copies: Buffer[] = []
    const memory = new Set<ArrayBufferLike>()
    for await (const piece of readPieces(systemFiles, path, true)) {
      copies.push(Buffer.from(piece))
      memory.add(piece.buffer)
    }
    expect(Buffer.concat(copies).equals(bytes)).toBe(true)
    expect(memory.size).toBe(size === 0 ? 0 : 1)
  })

  it('lets others have their turn', async () => {
    const path = join(temporaryFolder(), 'a')
    writeFileSync(path, Buffer.alloc(64 * mebibyte))
    let turns = 0
    const count = (): void => {
      turns++
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    await piecesOf(path)
    clearImmediate(timer)
    expect(turns).toBeGreaterThan(0)
  })

  it('says that a file is not there', async () => {
    await expect(piecesOf(join(temporaryFolder(), 'a'))).rejects.toMatchObject({ code: 'not-found' })
  })
})
