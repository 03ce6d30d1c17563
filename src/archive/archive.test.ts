import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runApart } from '../../test/support/run-apart.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { hasOwnZstd, hasProgram } from '../system/machine.ts'
import { archiveFormats } from './archive.ts'
import { extractArchive } from './extract.ts'
import { snapshot, writeArchive } from './tree.fixture.ts'

const hasZstd = hasOwnZstd() || (await hasProgram('zstd', '--version'))
const hasUnzip = await hasProgram('unzip', '-v')
const hasPython = await hasProgram('python3', '--version')
const isGnuTar = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout.includes('GNU tar')
const isRoot = process.getuid?.() === 0
const formats = archiveFormats.filter((format) => format !== 'tar.zst' || hasZstd)
if (!hasZstd) it.skip('tar.zst: neither this Node.js nor the system has zstd')

const isTar = (format: string): boolean => format !== 'zip'

/** A tree with one of everything. */
function makeTree(): string {
  const folder = join(temporaryFolder(), 'tree')
  const write = (name: string | Buffer, content: string | Buffer, mode = 0o644): void => {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)])
    fs.writeFileSync(path, content)
    fs.chmodSync(path, mode)
    fs.utimesSync(path, 0, 1_600_000_000.123456)
  }
  fs.mkdirSync(join(folder, 'sub/empty'), { recursive: true })
  fs.mkdirSync(join(folder, 'b'))
  write('a.txt', 'hello', 0o600)
  write('run.sh', '#!/bin/sh\n', 0o755)
  write('nothing', '')
  write('with space é 😀.txt', 'names')
  write('new\nline', 'two lines')
  write(`${'l'.repeat(120)}.txt`, 'long')
  write(`sub/${'é'.repeat(110)}`, 'long and not ASCII')
  write('large.bin', Buffer.alloc(1_000_000, 'abcdefg'))
  write('old', 'before 1970')
  fs.utimesSync(join(folder, 'old'), 0, new Date(-1_000_500))
  fs.linkSync(join(folder, 'a.txt'), join(folder, 'sub/same.txt'))
  fs.symlinkSync('a.txt', join(folder, 'link'))
  fs.symlinkSync('/nowhere/at/all', join(folder, 'b/dangling'))
  fs.symlinkSync('../sub', join(folder, 'b/to-folder'))
  fs.symlinkSync(`/${'t'.repeat(150)}`, join(folder, 'b/long-target'))
  fs.utimesSync(join(folder, 'sub'), 0, 1_500_000_000)
  fs.chmodSync(join(folder, 'sub'), 0o750)
  return folder
}

function makeOddNames(folder: string): void {
  for (const name of ['caf\xe9', '\xff'.repeat(130)]) {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]), name, 'latin1')
  }
}

describe.each(formats)('%s', (format) => {
  it('gives back a tree as it was: modes, times, links, empty folders, names of any bytes', async () => {
    const tree = makeTree()
    if (process.platform === 'linux') makeOddNames(tree)
    const path = join(temporaryFolder(), `archive.${format}`)
    const summary = await writeArchive(path, format, [{ folder: tree }])
    const extracted = join(temporaryFolder(), 'extracted')
    const { warnings, ...counts } = await extractArchive(path, extracted)
    const details = { withFractions: isTar(format), withLinks: isTar(format) }
    expect(snapshot(extracted, details)).toEqual(snapshot(tree, details))
    expect(warnings).toEqual([])
    expect(summary).toMatchObject(counts)
    expect(summary.bytes).toBe(fs.statSync(path).size)
    expect(summary.warnings.every(({ kind }) => kind === 'name')).toBe(true)
  })

  it('gives back any tree', { timeout: 120_000 }, async () => {
    const temporaryRoot = temporaryFolder()
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 30 })
      .map((bytes) => Buffer.from(bytes))
      .map((bytes) => (process.platform === 'linux' ? bytes : Buffer.from(bytes.toString('hex').slice(0, 30))))
      .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f) && !/^\.\.?$/.test(bytes.toString('latin1')))
    const mode = fc.integer({ min: 0, max: 0o777 })
    const time = fc.integer({ min: 0, max: 2_000_000_000_000 })
    const file = fc.record({
      kind: fc.constant('file' as const),
      content: fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.constant(new Uint8Array(300_000))),
      mode,
      time,
    })
    const link = fc.record({ kind: fc.constant('link' as const), target: name })
    const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
      tree: fc.record({
        kind: fc.constant('folder' as const),
        mode,
        time,
        inside: fc.array(fc.tuple(name, fc.oneof({ maxDepth: 3 }, file, link, tie('tree'))), { maxLength: 6 }),
      }) as fc.Arbitrary<Node>,
    }))
    await fc.assert(
      fc.asyncProperty(tree, async (node) => {
        const place = fs.mkdtempSync(join(temporaryRoot, 'any-'))
        build(Buffer.from(join(place, 'tree')), node, false)
        const path = join(place, `archive.${format}`)
        await writeArchive(path, format, [{ folder: join(place, 'tree') }])
        await extractArchive(path, join(place, 'extracted'))
        const details = { withFractions: isTar(format), withLinks: isTar(format) }
        expect(snapshot(join(place, 'extracted'), details)).toEqual(snapshot(join(place, 'tree'), details))
        fs.rmSync(place, { recursive: true })
      }),
      // A user other than root cannot read what the modes forbid.
      { numRuns: isRoot ? (format === 'tar.zst' && !hasOwnZstd() ? 15 : 60) : 0 },
    )
  })

  it('is the same for the same files', async () => {
    const tree = makeTree()
    const paths = [1, 2].map((one) => join(temporaryFolder(), `archive-${one}.${format}`))
    const sums = []
    for (const path of paths) sums.push((await writeArchive(path, format, [{ folder: tree }])).sha256)
    expect(sums[0]).toBe(sums[1])
    expect(execFileSync('sha256sum', [paths[0]!], { encoding: 'utf8' })).toContain(sums[0])
  })

  it('leaves out sockets, pipes and devices, and says so', async () => {
    const tree = temporaryFolder()
    execFileSync('mkfifo', [join(tree, 'pipe')])
    fs.writeFileSync(join(tree, 'file'), '')
    const { files, warnings } = await writeArchive(join(temporaryFolder(), 'archive'), format, [{ folder: tree }])
    expect(files).toBe(1)
    expect(warnings).toEqual([
      { kind: 'special', path: join(tree, 'pipe'), message: expect.stringContaining('is a pipe') as string },
    ])
  })

  it('ends with an error for a file that cannot be read, or goes on with a warning when that is wanted', () => {
    const folder = temporaryFolder()
    fs.mkdirSync(join(folder, 'tree/locked'), { recursive: true })
    fs.writeFileSync(join(folder, 'tree/secret'), 'secret', { mode: 0 })
    fs.writeFileSync(join(folder, 'tree/fine'), 'fine')
    fs.chmodSync(join(folder, 'tree/locked'), 0)
    const code = (unreadable: string): string => `
      import { archiveTrees } from './archive/archive.ts'
      const archive = archiveTrees('${format}', [{ folder: '${folder}/tree' }], { unreadable: '${unreadable}' })
      try { for await (const _ of archive.body); console.log(JSON.stringify(archive.summary())) }
      catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint })) }`
    const asNobody = isRoot ? { uid: 65_534 } : {}
    expect(JSON.parse(runApart(code('reject'), folder, asNobody))).toEqual({
      code: 'not-permitted',
      message: expect.stringMatching(/^cannot (list|open) .*(locked|secret): permission denied$/) as string,
      hint: expect.stringContaining("or exclude it, or set unreadable to 'warn'") as string,
    })
    expect(JSON.parse(runApart(code('warn'), folder, asNobody))).toMatchObject({
      files: 1,
      folders: 1,
      warnings: [
        { kind: 'unreadable', path: join(folder, 'tree/locked') },
        { kind: 'unreadable', path: join(folder, 'tree/secret') },
      ],
    })
  })

  it('ends where the signal aborts', async () => {
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    const signal = controller.signal
    await expect(
      writeArchive(join(temporaryFolder(), 'x'), format, [{ folder: makeTree() }], { signal }),
    ).rejects.toThrow('enough')
  })
})

type Node =
  | { kind: 'file'; content: Uint8Array; mode: number; time: number }
  | { kind: 'link'; target: Buffer }
  | { kind: 'folder'; mode: number; time: number; inside: [Buffer, Node][] }

function build(path: Buffer, node: Node, isInside = true): void {
  if (node.kind === 'link') return fs.symlinkSync(node.target, path)
  if (node.kind === 'file') fs.writeFileSync(path, node.content)
  else {
    fs.mkdirSync(path)
    for (const [name, inner] of node.inside) {
      const place = Buffer.concat([path, Buffer.from('/'), name])
      if (!fs.existsSync(place) && fs.lstatSync(place, { throwIfNoEntry: false }) === undefined) build(place, inner)
    }
  }
  if (isInside) fs.chmodSync(path, node.mode)
  fs.utimesSync(path, 0, node.time / 1000)
}

describe('other programs', () => {
  it.skipIf(!isGnuTar).each(formats.filter(isTar))('GNU tar finds no difference in %s', async (format) => {
    const tree = makeTree()
    makeOddNames(tree)
    const path = join(temporaryFolder(), `archive.${format}`)
    await writeArchive(path, format, [{ folder: tree }])
    const unpack = { tar: [], 'tar.gz': ['--gzip'], 'tar.zst': ['--zstd'], zip: [] }[format]
    const { status, stdout } = spawnSync('tar', ['-df', path, ...unpack, '-C', tree], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it.skipIf(!hasUnzip)('unzip extracts a zip, names that are not UTF-8 too', async () => {
    const tree = makeTree()
    fs.writeFileSync(Buffer.from(`${tree}/caf\xe9`, 'latin1'), '')
    const path = join(temporaryFolder(), 'archive.zip')
    await writeArchive(path, 'zip', [{ folder: tree }])
    expect(spawnSync('unzip', ['-tqq', path]).status).toBe(0)
    const extracted = temporaryFolder()
    execFileSync('unzip', ['-qq', path, '-d', extracted], { env: { ...process.env, LANG: 'C.UTF-8' } })
    const details = { withFractions: false, withLinks: false }
    const [theirs, ours] = [snapshot(extracted, details), snapshot(tree, details)]
    // unzip leaves line feeds out of names, and knows no time before 1970.
    for (const map of [theirs, ours]) for (const name of ['new\nline', 'newline', 'old']) map.delete(name)
    expect(theirs).toEqual(ours)
  })

  it.skipIf(!hasPython)('Python reads every byte', async () => {
    const tree = makeTree()
    for (const [format, test] of [
      [
        'zip',
        'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(len(z.namelist()))',
      ],
      [
        'tar.gz',
        'import tarfile,sys; t=tarfile.open(sys.argv[1]); [m.isreg() and t.extractfile(m).read() for m in t]; print(len(t.getnames()))',
      ],
    ] as const) {
      const path = join(temporaryFolder(), `archive.${format}`)
      const { files, folders, links } = await writeArchive(path, format, [{ folder: tree }])
      expect(Number(execFileSync('python3', ['-c', test, path], { encoding: 'utf8' }))).toBe(files + folders + links)
    }
  })
})
