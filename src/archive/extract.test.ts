import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { hasProgram } from '../system/machine.ts'
import { zipArchive } from '../parcel/format/zip.fixture.ts'
import { extractArchive } from './extract.ts'
import { snapshot, writeArchive } from './tree.fixture.ts'
import { type TarEntry, tarHeader, tarPadding, tarType } from './tar-header.ts'

const hasPython = await hasProgram('python3', '--version')

interface Hostile {
  name: string
  type?: keyof typeof tarType
  content?: string
  target?: string
}

function tarArchive(...entries: Hostile[]): Buffer {
  const blocks = entries.flatMap(({ name, type = 'file', content = '', target }) => {
    const info = { mode: 0o644, modifiedNs: 0n, uid: 0, gid: 0 }
    const entry: TarEntry = { type: tarType[type], name: Buffer.from(name), info, sizeBytes: content.length }
    const header = tarHeader(target === undefined ? entry : { ...entry, linkName: Buffer.from(target) })
    return [header, Buffer.from(content), tarPadding(content.length)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A folder with a place to extract to, and next to it a file and a folder that nobody may touch. */
function surroundings(): { around: string; folder: string; untouched: () => void } {
  const around = temporaryFolder()
  fs.mkdirSync(join(around, 'outside'))
  fs.writeFileSync(join(around, 'precious'), 'precious')
  const before = snapshot(around, { withFractions: true, withLinks: true })
  const folder = join(around, 'folder')
  return {
    around,
    folder,
    untouched() {
      const after = snapshot(around, { withFractions: true, withLinks: true })
      for (const name of after.keys()) if (/^folder(\/|$)/.test(name)) after.delete(name)
      expect(after).toEqual(before)
    },
  }
}

async function refusal(bytes: Buffer, extension: string, prepare?: (folder: string) => void): Promise<string> {
  const { around, folder, untouched } = surroundings()
  prepare?.(folder)
  const path = join(temporaryFolder(), `archive.${extension}`)
  fs.writeFileSync(path, bytes.toString('latin1').replaceAll('AROUND', around.padEnd(6)), 'latin1')
  const failed = await extractArchive(path, folder).then(
    () => new Error('was not refused'),
    (error: unknown) => error as Error & { code?: string },
  )
  untouched()
  return failed.message
}

describe('a hostile tar', () => {
  const evil = { content: 'evil' }
  it.each<[string, Hostile[], RegExp]>([
    ['a name with ..', [{ name: '../precious', ...evil }], /entry "..\/precious" is refused: .*".." leads out/],
    ['.. deep inside', [{ name: 'a/b/../../../precious', ...evil }], /leads out of the folder/],
    ['an absolute name', [{ name: '/tmp/evil', ...evil }], /"\/tmp\/evil" is refused: an absolute path/],
    ['a folder outside', [{ name: '../new/', type: 'folder' }], /leads out of the folder/],
    ['a link outside', [{ name: '../link', type: 'link', target: 'x' }], /leads out of the folder/],
    [
      'a file through a link',
      [
        { name: 'hop', type: 'link', target: '../outside' },
        { name: 'hop/evil', ...evil },
      ],
      /"hop\/evil" is refused: it would be written through the link "hop"/,
    ],
    [
      'a folder through a link',
      [
        { name: 'hop', type: 'link', target: '../outside' },
        { name: 'hop/evil/', type: 'folder' },
      ],
      /through the link "hop"/,
    ],
    [
      'a file in the place of a link',
      [
        { name: 'hop', type: 'link', target: '../precious' },
        { name: 'hop', ...evil },
      ],
      /"hop" is refused: a link before it has the same name/,
    ],
    [
      'two links in a row',
      [
        { name: 'one', type: 'link', target: '.' },
        { name: 'one/two', type: 'link', target: '..' },
        { name: 'one/two/evil', ...evil },
      ],
      /through the link "one"/,
    ],
    [
      'a hard link outward',
      [{ name: 'hard', type: 'hardLink', target: '../precious' }],
      /"hard" is refused: .*leads out/,
    ],
    ['an absolute hard link', [{ name: 'hard', type: 'hardLink', target: '/etc/passwd' }], /an absolute path/],
    [
      'a hard link through a link',
      [
        { name: 'hop', type: 'link', target: '..' },
        { name: 'hard', type: 'hardLink', target: 'hop/precious' },
      ],
      /"hard" is refused: it would be written through the link "hop"/,
    ],
    ['a hard link to nothing', [{ name: 'hard', type: 'hardLink', target: 'no' }], /names "no", which is no file/],
    [
      'a hard link to a folder',
      [
        { name: 'd/', type: 'folder' },
        { name: 'h', type: 'hardLink', target: 'd' },
      ],
      /no file/,
    ],
    ['no name', [{ name: '', ...evil }], /it has no name/],
    [
      'a file as a folder',
      [
        { name: 'a', ...evil },
        { name: 'a/b', ...evil },
      ],
      /"a" is a file, and no folder/,
    ],
    ['a link without target', [{ name: 'a', type: 'link', target: '' }], /leads nowhere/],
  ])('is refused: %s', async (_, entries, message) => {
    expect(await refusal(tarArchive(...entries), 'tar')).toMatch(message)
    expect(await refusal(gzipSync(tarArchive(...entries)), 'tar.gz')).toMatch(message)
  })

  it('is refused when the hop was there before', async () => {
    const prepare = (folder: string): void => {
      fs.mkdirSync(folder)
      fs.symlinkSync('../outside', join(folder, 'hop'))
    }
    expect(await refusal(tarArchive({ name: 'hop/evil', content: 'x' }), 'tar', prepare)).toMatch(
      /through the link "hop"/,
    )
  })

  it('replaces nothing that is there', async () => {
    const prepare = (folder: string): void => {
      fs.mkdirSync(folder)
      fs.symlinkSync('../precious', join(folder, 'file'))
    }
    expect(await refusal(tarArchive({ name: 'file', content: 'x' }), 'tar', prepare)).toMatch(/it exists already/)
  })

  it('may have links that lead out, as nothing is written through them', async () => {
    const { folder, untouched } = surroundings()
    const path = join(temporaryFolder(), 'a.tar')
    const link: Hostile = { name: 'link', type: 'link', target: '../precious' }
    fs.writeFileSync(path, tarArchive(link, { name: 'hard', type: 'hardLink', target: 'link' }))
    await extractArchive(path, folder)
    expect(['link', 'hard'].map((name) => fs.readlinkSync(join(folder, name)))).toEqual(['../precious', '../precious'])
    untouched()
  })

  it('is found out by its damage: a bad checksum, a cut, a wrong pax header, a sparse file, an unknown type', async () => {
    const whole = tarArchive({ name: 'x', content: 'content' })
    for (const length of [0, 100, 512, 515, 1000, 1024]) {
      expect(await refusal(whole.subarray(0, length), 'tar'), String(length)).toMatch(/not a whole tar archive/)
    }
    const damaged = Buffer.from(whole)
    damaged[3]! ^= 1
    expect(await refusal(damaged, 'tar')).toMatch('a header has a wrong checksum')
    expect(await refusal(gzipSync(whole).subarray(0, -3), 'tar.gz')).toMatch(/not whole gzip data/)
    for (const content of ['12 path', '99 path=x\n', 'path=x\n', '0 path=x\n']) {
      expect(await refusal(tarArchive({ name: 'p', type: 'pax', content }, { name: 'x' }), 'tar')).toMatch('pax header')
    }
    const sparse = '22 GNU.sparse.major=1\n'
    expect(await refusal(tarArchive({ name: 'p', type: 'pax', content: sparse }, { name: 'x' }), 'tar')).toMatch(
      'sparse',
    )
  })
})

describe('a hostile zip', () => {
  it.each<[string, string[], RegExp]>([
    ['a name with ..', ['../precious'], /entry "..\/precious" is refused/],
    ['an absolute name', ['/tmp/evil'], /an absolute path/],
    ['.. deep inside', ['a/../../precious'], /leads out/],
    ['a file as a folder', ['a', 'a/b'], /"a" is a file, and no folder/],
    ['a name twice, apart', ['a', 'b', 'a'], /it exists already/],
  ])('is refused: %s', async (_, names, message) => {
    expect(await refusal(zipArchive(names.map((name) => ({ name, content: 'evil' }))), 'zip')).toMatch(message)
  })

  it.skipIf(!hasPython)('is refused: a file through a link', async () => {
    const path = join(temporaryFolder(), 'hop.zip')
    const script = `
import zipfile, sys
z = zipfile.ZipFile(sys.argv[1], 'w')
i = zipfile.ZipInfo('hop'); i.create_system = 3; i.external_attr = 0o120777 << 16
z.writestr(i, '../outside'); z.writestr('hop/evil', 'evil'); z.close()`
    execFileSync('python3', ['-c', script, path])
    expect(await refusal(fs.readFileSync(path), 'zip')).toMatch(/"hop\/evil" is refused: .*through the link "hop"/)
  })

  it('is found out by its damage', async () => {
    const whole = zipArchive([{ name: 'x', content: 'as it is', method: 0 }])
    const damaged = Buffer.from(whole)
    damaged[whole.indexOf('as it is')]! ^= 1
    expect(await refusal(damaged, 'zip')).toMatch('not a whole zip archive: entry "x": its checksum (CRC-32) is wrong')
    expect(await refusal(whole.subarray(0, -5), 'zip')).toMatch('not a whole zip archive')
    const secret = { name: 'x', content: 'x'.repeat(20), flags: 1, method: 0, claimed: { sizeBytes: 8 } }
    expect(await refusal(zipArchive([secret]), 'zip')).toMatch('encrypted')
    expect(await refusal(zipArchive([{ name: 'x', content: 'x', method: 93 }]), 'zip')).toMatch('in an unknown way')
  })
})

it('writes nothing outside whatever the tar says', async () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b', 'c')
  const path = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'))
  const entry = fc.record({
    name: path,
    type: fc.constantFrom('file' as const, 'link' as const, 'hardLink' as const, 'folder' as const),
    content: fc.constant('x'),
    target: path,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const { around, folder, untouched } = surroundings()
      const place = join(around, '..', `hostile-${process.pid}.tar`)
      const whole = entries.map((one): Hostile => ({ ...one, content: one.type === 'file' ? 'x' : '' }))
      fs.writeFileSync(place, tarArchive(...whole))
      await extractArchive(place, folder).catch((error: Error) => expect(error.name).toBe('UnsiloError'))
      fs.rmSync(place)
      untouched()
      fs.rmSync(around, { recursive: true })
    }),
    { numRuns: 300 },
  )
})

it('never crashes on a tar with damaged bytes', async () => {
  const whole = tarArchive({ name: 'a/b', content: 'content' }, { name: 'l', type: 'link', target: 'a' })
  const folder = temporaryFolder()
  const path = join(folder, 'x.tar')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (changes) => {
        const damaged = Buffer.from(whole)
        for (const [at, value] of changes) damaged[at] = value
        fs.writeFileSync(path, damaged)
        await extractArchive(path, join(folder, 'out')).catch((error: Error) => expect(error.name).toBe('UnsiloError'))
        fs.rmSync(join(folder, 'out'), { recursive: true, force: true })
      },
    ),
    { numRuns: 300 },
  )
})

it('leaves no part of a file that is damaged', async () => {
  const bytes = zipArchive([
    { name: 'a', content: 'whole' },
    { name: 'b', content: 'damaged', method: 0 },
  ])
  bytes[bytes.indexOf('damaged')]! ^= 1
  const folder = temporaryFolder()
  fs.writeFileSync(join(folder, 'x.zip'), bytes)
  await expect(extractArchive(join(folder, 'x.zip'), join(folder, 'out'))).rejects.toThrow('CRC-32')
  expect(fs.readdirSync(join(folder, 'out'))).toEqual(['a'])
})

describe('an archive of another program', () => {
  const makeTree = (): string => {
    const tree = join(temporaryFolder(), 'tree')
    for (const name of ['a.txt', 'deep/er/b', `${'long'.repeat(40)}/${'name'.repeat(40)}`, 'é 😀']) {
      fs.mkdirSync(dirname(join(tree, name)), { recursive: true })
      fs.writeFileSync(join(tree, name), name)
    }
    fs.linkSync(join(tree, 'a.txt'), join(tree, 'hard'))
    fs.symlinkSync('t'.repeat(140), join(tree, 'deep/link'))
    return tree
  }

  it.each(['gnu', 'posix', 'ustar', 'oldgnu'])('is extracted: GNU tar, --format=%s', async (format) => {
    const tree = makeTree()
    // These names are too long for the oldest format.
    if (format === 'ustar')
      for (const name of ['long'.repeat(40), 'deep/link']) fs.rmSync(join(tree, name), { recursive: true })
    const path = join(temporaryFolder(), 'a.tar')
    execFileSync('tar', ['-cf', path, `--format=${format}`, '-C', tree, '.'])
    await extractArchive(path, `${tree}-out`)
    const details = { withFractions: format === 'posix', withLinks: true }
    expect(snapshot(`${tree}-out`, details)).toEqual(snapshot(tree, details))
  })

  it('is extracted: GNU tar, as .tgz', async () => {
    const tree = makeTree()
    const path = join(temporaryFolder(), 'a.tgz')
    execFileSync('tar', ['-czf', path, '-C', tree, '.'])
    expect(await extractArchive(path, `${tree}-out`)).toMatchObject({ files: 5, links: 1 })
  })

  it.skipIf(!hasPython)("is extracted: Python's zipfile", async () => {
    const folder = temporaryFolder()
    fs.writeFileSync(join(folder, 'é.txt'), 'content')
    execFileSync('python3', ['-m', 'zipfile', '-c', 'a.zip', 'é.txt'], { cwd: folder })
    await extractArchive(join(folder, 'a.zip'), join(folder, 'out'))
    expect(fs.readFileSync(join(folder, 'out/é.txt'), 'utf8')).toBe('content')
  })
})

it('says what it cannot extract, and where it cannot', async () => {
  const folder = temporaryFolder()
  await expect(extractArchive('x.rar', folder)).rejects.toMatchObject({ code: 'usage' })
  for (const name of ['none.tar', 'none.zip']) {
    await expect(extractArchive(join(folder, name), join(folder, 'out'))).rejects.toMatchObject({ code: 'not-found' })
  }
  await writeArchive(join(folder, 'a.tar'), 'tar', [{ folder }])
  await expect(extractArchive(join(folder, 'a.tar'), join(folder, 'no/such'))).rejects.toMatchObject({
    code: 'not-found',
  })
})
