import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { readPieces, readText } from './read-text.ts'

const pieceBytes = 64 * 1024

/** Lines of all lengths around a piece, also of bytes that are no UTF-8. */
const lines = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom('x', 'é', '🗂', '\n'), fc.nat({ max: 3 }), fc.integer({ min: -3, max: 3 }))
      .map(([unit, pieces, more]) => Buffer.alloc(Math.max(0, pieces * pieceBytes + more), unit)),
  ),
  { maxLength: 6 },
)

it('reads a file as Node does, in pieces that end where lines end', () => {
  const path = join(temporaryFolder(), 'text')
  fc.assert(
    fc.property(lines, fc.boolean(), (found, isEnded) => {
      const bytes = Buffer.concat(found.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from('\n'), line])))
      writeFileSync(path, isEnded ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes)
      const expected = readFileSync(path, 'utf8')
      const pieces = readPieces(path)
      expect(pieces.join('') === expected).toBe(true)
      expect(readText(path) === expected).toBe(true)
      expect(pieces.slice(0, -1).every((piece) => piece.endsWith('\n'))).toBe(true)
      const longest = expected.split('\n').reduce((most, line) => Math.max(most, Buffer.byteLength(line) + 1), 0)
      expect(pieces.every(({ length }) => length <= Math.max(pieceBytes, 2 * longest))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

it('fails as Node does where there is no file', () => {
  const folder = temporaryFolder()
  expect(() => readText(folder)).toThrow('EISDIR')
  expect(() => readText(join(folder, 'none'))).toThrow('ENOENT')
})
