import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { hasProgram } from '../system/machine.ts'
import { archiveTrees } from './archive.ts'
import { runApart } from './tree.fixture.ts'

const gib = 1024 ** 3
const hasUnzip = await hasProgram('unzip', '-v')

function sparseFile(path: string, bytes: number, closing: string): void {
  fs.writeFileSync(path, '')
  fs.truncateSync(path, bytes - closing.length)
  fs.appendFileSync(path, closing)
}

/** Archives a folder in a process of its own, to a file or to nowhere; returns its peak memory in MiB, and what it made. */
function archiveApart(format: string, tree: string, path: string): { peakMiB: number; bytes: number; files: number } {
  const code = `
    import { createWriteStream } from 'node:fs'
    import { Readable } from 'node:stream'
    import { pipeline } from 'node:stream/promises'
    import { archiveTrees } from './archive.ts'
    const archive = archiveTrees('${format}', [{ folder: '${tree}' }])
    await pipeline(Readable.from(archive.body), createWriteStream('${path}'))
    const { bytes, files } = archive.summary()
    console.log(JSON.stringify({ peakMiB: process.resourceUsage().maxRSS / 1024, bytes, files }))`
  return JSON.parse(runApart(code, temporaryFolder())) as { peakMiB: number; bytes: number; files: number }
}

describe('memory', () => {
  it.each(['zip', 'tar'])('stays under 150 MiB for a sparse file of 1 GiB (%s)', (format) => {
    const tree = temporaryFolder()
    sparseFile(join(tree, 'disk.img'), gib, 'end')
    const { peakMiB, bytes } = archiveApart(format, tree, '/dev/null')
    expect(peakMiB).toBeLessThan(150)
    if (format === 'tar') expect(bytes).toBeGreaterThan(gib)
  })

  it.each(['zip', 'tar'])('stays under 150 MiB for 70,000 files, more than a zip could once hold (%s)', (format) => {
    const tree = temporaryFolder()
    for (let folder = 0; folder < 70; folder++) {
      fs.mkdirSync(join(tree, `${folder}`))
      for (let file = 0; file < 1000; file++) fs.closeSync(fs.openSync(join(tree, `${folder}/${file}.txt`), 'w'))
    }
    const path = join(temporaryFolder(), `archive.${format}`)
    const { peakMiB, files } = archiveApart(format, tree, path)
    expect(peakMiB).toBeLessThan(150)
    expect(files).toBe(70_000)
    if (format === 'zip' && hasUnzip) expect(spawnSync('unzip', ['-tqq', path]).status).toBe(0)
  })
})

it.skipIf(!hasUnzip)('a file of more than 4 GiB comes out of a zip whole', { timeout: 120_000 }, () => {
  const tree = temporaryFolder()
  sparseFile(join(tree, 'a-large'), 4 * gib + 5000, 'the very end')
  fs.writeFileSync(join(tree, 'b-after'), 'after')
  const path = join(temporaryFolder(), 'archive.zip')
  archiveApart('zip', tree, path)
  const listed = execFileSync('unzip', ['-l', path], { encoding: 'utf8' })
  expect(listed).toMatch(/4294972296 .* a-large/)
  expect(execFileSync('sh', ['-c', `unzip -p ${path} a-large | tail -c 12`], { encoding: 'utf8' })).toBe('the very end')
  expect(execFileSync('unzip', ['-p', path, 'b-after'], { encoding: 'utf8' })).toBe('after')
})

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
