import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { zipArchive } from './zip.fixture.ts'
import { zip } from './zip.ts'

function check(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  const path = join(temporaryFolder(), 'takeout.zip')
  writeFileSync(path, bytes)
  return zip.checkFile!(path, signal)
}

const text = 'a line of text\n'.repeat(5000)
const letters = { name: 'mail/letters.txt', content: text }
const stored = { name: 'stored.txt', content: 'as it is', method: 0 }

describe('the zip check', () => {
  it('passes an archive whose entries are all whole', async () => {
    await check(zipArchive([letters, stored, { name: 'folder/', content: '', method: 0 }]))
  })

  it('passes an archive without entries', async () => {
    await check(zipArchive([]))
  })

  it('passes names that would be dangerous to extract, since nothing is extracted', async () => {
    await check(
      zipArchive([
        { ...stored, name: '/etc/passwd' },
        { ...stored, name: '../up' },
        { ...stored, name: 'a\\b' },
      ]),
    )
  })

  it('checks only the place of an entry that is encrypted or packed in another way', async () => {
    const secret = { ...stored, flags: 1, content: 'x'.repeat(20), claimed: { crc32: 1, sizeBytes: 8 } }
    const other = { ...stored, method: 93, claimed: { crc32: 1, sizeBytes: 1000 } }
    await check(zipArchive([secret, other]))
  })

  it('refuses an entry whose bytes have changed, and names it', async () => {
    const bytes = zipArchive([letters, stored])
    bytes[bytes.indexOf('as it is')]! ^= 1
    await expect(check(bytes)).rejects.toMatchObject({
      code: 'wrong-content',
      message: 'not a whole zip archive: entry "stored.txt": its checksum (CRC-32) is wrong',
    })
  })

  it('refuses packed bytes that do not unpack', async () => {
    const bytes = zipArchive([letters])
    bytes.fill(0xff, 60, 70)
    await expect(check(bytes)).rejects.toThrow(/^not a whole zip archive: entry "mail\/letters.txt": /)
  })

  it.each([-1, 1])('refuses an entry whose size is off by %i', async (difference) => {
    const claimed = { sizeBytes: text.length + difference }
    await expect(check(zipArchive([{ ...letters, claimed }]))).rejects.toThrow(/entry "mail\/letters.txt": .* bytes/)
  })

  it('refuses an archive that is cut off anywhere', async () => {
    const bytes = zipArchive([letters, stored])
    for (const length of [0, 1, 40, bytes.length - 60, bytes.length - 1]) {
      await expect(check(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'wrong-content' })
    }
  })

  it('refuses what is no zip archive', async () => {
    await expect(check(Buffer.from('<!DOCTYPE html><title>Sign in</title>'))).rejects.toThrow('not a whole zip archive')
  })

  it('refuses entries that share their bytes', async () => {
    const [one, two] = [
      { ...letters, method: 0 },
      { ...letters, method: 0 },
    ]
    const bytes = zipArchive([one, two])
    // Both entries of the directory point at the first, and the second is cut out.
    bytes.writeUInt32LE(0, bytes.lastIndexOf('PK\x01\x02') + 42)
    const directory = bytes.indexOf('PK\x01\x02')
    const overlapping = Buffer.concat([bytes.subarray(0, directory / 2), bytes.subarray(directory)])
    overlapping.writeUInt32LE(directory / 2, overlapping.length - 6)
    await expect(check(overlapping)).rejects.toThrow('entries overlap')
  })

  it('says when there is no such file', async () => {
    await expect(zip.checkFile!(join(temporaryFolder(), 'none.zip'), undefined)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('stops with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(check(zipArchive([letters]), signal)).rejects.toThrow('enough')
  })
})
