import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { runApart } from '../../test/support/run-apart.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { hasProgram } from '../system/machine.ts'
import { archiveTrees } from './archive.ts'
import type { Tree } from './tree.ts'
import { type ZipEntry, dataDescriptor, directoryRecord, endRecords, localHeader, unixType } from './zip-record.ts'

const gib = 1024 ** 3
const hasPython = await hasProgram('python3', '--version')
const hasUnzip = await hasProgram('unzip', '-v')

function sparseFile(path: string, bytes: number, closing: string): void {
  fs.writeFileSync(path, '')
  fs.truncateSync(path, bytes - closing.length)
  fs.appendFileSync(path, closing)
}

/** Archives trees in a process of its own, returns its peak memory in MiB, and what it made. */
function archiveApart(format: string, trees: Tree[], path: string): { peakMiB: number; bytes: number; files: number } {
  const code = `
    import { createWriteStream } from 'node:fs'
    import { Readable } from 'node:stream'
    import { pipeline } from 'node:stream/promises'
    import { archiveTrees } from './archive/archive.ts'
    const archive = archiveTrees('${format}', ${JSON.stringify(trees)})
    await pipeline(Readable.from(archive.body), createWriteStream('${path}'))
    const { bytes, files } = archive.summary()
    console.log(JSON.stringify({ peakMiB: process.resourceUsage().maxRSS / 1024, bytes, files }))`
  return JSON.parse(runApart(code, temporaryFolder())) as { peakMiB: number; bytes: number; files: number }
}

describe('memory', () => {
  it.each(['zip', 'tar'])('stays under 150 MiB for a sparse file of 512 MiB (%s)', (format) => {
    const tree = temporaryFolder()
    sparseFile(join(tree, 'disk.img'), gib / 2, 'end')
    const { peakMiB, bytes } = archiveApart(format, [{ folder: tree }], '/dev/null')
    expect(peakMiB).toBeLessThan(150)
    if (format === 'tar') expect(bytes).toBeGreaterThan(gib / 2)
  })

  it.each([
    // More than a zip could once hold.
    ['zip', 70_000],
    ['tar', 20_000],
  ])('stays under 150 MiB for a %s of %d files', (format, count) => {
    const tree = temporaryFolder()
    for (let file = 0; file < 1000; file++) fs.writeFileSync(join(tree, `${file}.txt`), `file ${file}`)
    const path = join(temporaryFolder(), `archive.${format}`)
    const trees = Array.from({ length: count / 1000 }, (_, index) => ({ folder: tree, name: `folder-${index}` }))
    const { peakMiB, files } = archiveApart(format, trees, path)
    expect(peakMiB).toBeLessThan(150)
    expect(files).toBe(count)
    if (format === 'zip' && hasUnzip) expect(spawnSync('unzip', ['-tqq', path]).status).toBe(0)
  })
})

// Really compressing so much takes half a minute, so the content is a hole in the archive itself.
it.skipIf(!hasUnzip)('a file of more than 4 GiB, and what follows it, is found in a zip by unzip and by Python', () => {
  const large = zipEntry('large', 4 * gib + 5000, 0)
  const path = join(temporaryFolder(), 'archive.zip')
  fs.writeFileSync(path, localHeader(large))
  fs.truncateSync(path, fs.statSync(path).size + large.packedBytes)
  fs.appendFileSync(path, dataDescriptor(large))
  const after = zipEntry('after', 5, fs.statSync(path).size)
  fs.appendFileSync(path, Buffer.concat([localHeader(after), Buffer.from('after'), dataDescriptor(after)]))
  const offset = fs.statSync(path).size
  const directory = Buffer.concat([directoryRecord(large), directoryRecord(after)])
  fs.appendFileSync(path, Buffer.concat([directory, endRecords(2, offset, directory.length)]))

  expect(execFileSync('unzip', ['-l', path], { encoding: 'utf8' })).toMatch(/4294972296 .* large\n .* 5 .* after\n/)
  expect(execFileSync('unzip', ['-p', path, 'after'], { encoding: 'utf8' })).toBe('after')
  if (!hasPython) return
  const script =
    "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); print(z.getinfo('large').file_size, z.read('after'))"
  expect(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' })).toBe("4294972296 b'after'\n")
})

function zipEntry(name: string, sizeBytes: number, offset: number): ZipEntry {
  return {
    name: Buffer.from(name),
    unixMode: unixType.file | 0o644,
    modifiedNs: 0n,
    method: 'stored',
    crc32: crc32(sizeBytes === 5 ? 'after' : ''),
    packedBytes: sizeBytes,
    sizeBytes,
    offset,
    isStreamed: true,
    isLarge: sizeBytes > gib,
  }
}

it('a file of more than 8 GiB has its right size in a tar', async () => {
  const tree = temporaryFolder()
  sparseFile(join(tree, 'large'), 8 * gib + 5000, 'end')
  const path = join(temporaryFolder(), 'archive.tar')
  for await (const chunk of archiveTrees('tar', [{ folder: tree }]).body) {
    fs.writeFileSync(path, chunk)
    break
  }
  // The rest of it is missing, but not what is told of the file.
  expect(spawnSync('tar', ['-tvf', path], { encoding: 'utf8' }).stdout).toMatch(/ 8589939592 .* large\n$/)
})
