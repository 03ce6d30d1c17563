import * as fs from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type ArchiveSummary, archiveTrees } from './archive.ts'
import { extractArchive } from './extract.ts'
import { writeArchive } from './tree.fixture.ts'

/** Larger than the chunks that come out, so that the archive is still being read when the first one has come. */
const bytes = 3_000_000

function treeWith(...names: string[]): string {
  const folder = temporaryFolder()
  for (const [index, name] of names.entries()) {
    fs.writeFileSync(join(folder, name), noise(bytes, index))
    fs.utimesSync(join(folder, name), 0, 1_600_000_000)
  }
  return folder
}

/** Bytes that deflate cannot make smaller. */
function noise(length: number, seed: number): Buffer {
  const buffer = Buffer.alloc(length)
  for (let at = 0, state = seed + 1; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    buffer[at] = state >>> 24
  }
  return buffer
}

/** Archives the folder, calling `meddle` with the number of each chunk; returns what comes out when it is extracted. */
async function archived(
  format: 'zip' | 'tar',
  folder: string,
  meddle: (chunk: number) => void,
): Promise<ArchiveSummary & { extracted: string; path: string }> {
  const archive = archiveTrees(format, [{ folder }])
  const path = join(temporaryFolder(), `archive.${format}`)
  await writeFile(
    path,
    (async function* () {
      let chunks = 0
      for await (const chunk of archive.body) {
        yield chunk
        meddle(chunks++)
      }
    })(),
  )
  const extracted = temporaryFolder()
  await extractArchive(path, extracted)
  return { ...archive.summary(), extracted, path }
}

describe.each(['zip', 'tar'] as const)('a file that changes while it is read, in a %s', (format) => {
  it('is read once more, and is then as it is now', async () => {
    const folder = treeWith('log')
    const { extracted, warnings, files } = await archived(format, folder, (chunk) => {
      if (chunk === 1) fs.writeFileSync(join(folder, 'log'), noise(2_000_000, 7))
    })
    expect(fs.readFileSync(join(extracted, 'log')).equals(noise(2_000_000, 7))).toBe(true)
    expect({ files, warnings }).toEqual({ files: 1, warnings: [] })
  })

  it('is read once more when it has become small', async () => {
    const folder = treeWith('log')
    const { extracted, warnings } = await archived(format, folder, (chunk) => {
      if (chunk === 1) fs.writeFileSync(join(folder, 'log'), 'rotated')
    })
    expect(fs.readFileSync(join(extracted, 'log'), 'utf8')).toBe('rotated')
    expect(warnings).toEqual([])
  })

  it('has a warning when it changes again, and the length that the archive says', async () => {
    const folder = treeWith('log')
    const { extracted, warnings } = await archived(format, folder, () => fs.appendFileSync(join(folder, 'log'), 'more'))
    const kept = fs.statSync(join(extracted, 'log')).size
    expect(kept).toBeGreaterThan(bytes)
    expect(warnings).toEqual([
      {
        kind: 'changed',
        path: join(folder, 'log'),
        message: `${join(folder, 'log')} changed while it was read: its first ${kept} bytes were kept`,
      },
    ])
  })

  it('has zeros where it was cut off, with a warning that says where', async () => {
    const folder = treeWith('log')
    let bytesNow = bytes
    const { warnings } = await archived(format, folder, () => {
      bytesNow = Math.max(300_000, bytesNow - 150_000)
      fs.truncateSync(join(folder, 'log'), bytesNow)
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]!.message).toMatch(
      /changed while it was read: its first \d+ bytes were kept, with zeros from byte \d+ on$/,
    )
  })

  it('has a warning when it vanishes before its turn, and is kept when it vanishes after', async () => {
    const folder = treeWith('a', 'b')
    const { extracted, warnings, files } = await archived(format, folder, (chunk) => {
      if (chunk === 0) for (const name of ['a', 'b']) fs.rmSync(join(folder, name))
    })
    expect(fs.readFileSync(join(extracted, 'a')).equals(noise(bytes, 0))).toBe(true)
    expect(fs.readdirSync(extracted)).toEqual(['a'])
    expect(files).toBe(1)
    expect(warnings).toEqual([
      { kind: 'vanished', path: join(folder, 'b'), message: `${join(folder, 'b')} vanished before it was read` },
    ])
  })

  it('is what it has become before its turn', async () => {
    const folder = treeWith('a', 'b')
    const { extracted, warnings } = await archived(format, folder, (chunk) => {
      if (chunk !== 0) return
      fs.rmSync(join(folder, 'b'))
      fs.symlinkSync('elsewhere', join(folder, 'b'))
    })
    expect(fs.readlinkSync(join(extracted, 'b'))).toBe('elsewhere')
    expect(warnings).toEqual([])
  })

  it('leaves no file open when its reader has had enough', async () => {
    const folder = treeWith('a')
    const open = (): number => fs.readdirSync('/proc/self/fd').length
    const before = open()
    for (let run = 0; run < 20; run++) for await (const _ of archiveTrees(format, [{ folder }]).body) break
    await expect.poll(open).toBeLessThan(before + 5)
  })
})

it.runIf(process.platform === 'linux')('tells of files whose size says nothing, as in /proc', async () => {
  const tree = { folder: '/proc/sys/kernel', include: ['ostype'] }
  const { warnings } = await writeArchive(join(temporaryFolder(), 'x.tar'), 'tar', [tree])
  expect(warnings).toMatchObject([{ kind: 'changed', path: '/proc/sys/kernel/ostype' }])
})
