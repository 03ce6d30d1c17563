import { expect, it } from 'vitest'
import { isEtagOf, isEtagOfParts, md5 } from './md5.ts'

it('knows an ETag that is the MD5, in quotes or not', () => {
  expect(isEtagOf('"9dd4e461268c8034f5c8564e155c67a6"', md5(Buffer.from('x')))).toBe(true)
  expect(isEtagOf('9DD4E461268C8034F5C8564E155C67A6', md5(Buffer.from('x')))).toBe(true)
  for (const etag of ['"9dd4e461268c8034f5c8564e155c67a7"', '""', undefined]) {
    expect(isEtagOf(etag, md5(Buffer.from('x')))).toBe(false)
  }
})

it('knows an ETag of parts', () => {
  // (printf x | md5sum; printf y | md5sum) | cut -c1-32 | xxd -r -p | md5sum
  const hashes = [md5(Buffer.from('x')), md5(Buffer.from('y'))]
  expect(isEtagOfParts('"be6996cb706f34d65b9fee8745325abf-2"', hashes)).toBe(true)
  expect(isEtagOfParts('"be6996cb706f34d65b9fee8745325abf-3"', hashes)).toBe(false)
  expect(isEtagOfParts('"be6996cb706f34d65b9fee8745325abf"', hashes)).toBe(false)
})
