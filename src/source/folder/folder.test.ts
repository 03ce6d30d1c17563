import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memoryGrowth } from '../../../test/servers/watch-processes.ts'
import { runApart } from '../../../test/support/run-apart.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { extractArchive } from '../../archive/extract.ts'
import { snapshot } from '../../archive/tree.fixture.ts'
import { systemFiles } from '../../system/files.ts'

const formats = ['tar', 'tar.gz', 'tar.zst', 'zip'] as const
const exact = { withFractions: true, withLinks: true }

function folderWith(files: Record<string, string>, folder = temporaryFolder()): string {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(join(folder, name, '..'), { recursive: true })
    fs.writeFileSync(join(folder, name), content)
  }
  return folder
}

const notUtf8 = Buffer.from([0x6e, 0xff, 0x6d])
/** macOS refuses such names. */
const takesAnyBytes = process.platform === 'linux'

/** Files with modes, times, links, several names, and names that are no text. */
function hardFolder(): string {
  const folder = folderWith({ 'a.txt': 'a', 'in/b.txt': 'b', 'in/deep/c.bin': 'c'.repeat(700_000) })
  fs.mkdirSync(join(folder, 'empty'))
  fs.symlinkSync('../nowhere', join(folder, 'in/link'))
  fs.linkSync(join(folder, 'a.txt'), join(folder, 'in/same'))
  fs.chmodSync(join(folder, 'in/b.txt'), 0o640)
  fs.chmodSync(join(folder, 'a.txt'), 0o444)
  for (const name of ['in/b.txt', 'in/deep', 'empty', 'in']) {
    fs.utimesSync(join(folder, name), 0, 1_500_000_000.123)
  }
  return folder
}

function dataset(source: string, more = ''): TestDataset {
  return testDataset(`interval = "1 hour"\n${more}\n[source]\nkind = "folder"\n${source}\n`)
}

const sealedPath = (test: TestDataset): string => join(test.folder, 'data', test.names('data').at(-1)!)

async function extracted(path: string): Promise<string> {
  const folder = temporaryFolder()
  await extractArchive(path, folder)
  return folder
}

const below = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

describe('a folder', () => {
  it.each(formats)('comes back as it was, from a parcel that is a %s', async (format) => {
    const folder = hardFolder()
    const test = dataset(`path = "${folder}"\nformat = "${format}"`)
    const { exported } = await test.run()
    expect(exported).toMatchObject({
      event: 'sealed',
      state: 'good',
      files: 1,
      name: expect.stringMatching(`Z.${format}$`) as string,
    })
    expect(exported).not.toHaveProperty('warnings')
    const options = format === 'zip' ? { withFractions: false, withLinks: false } : exact
    expect(snapshot(await extracted(sealedPath(test)), options)).toEqual(snapshot(folder, options))
  })

  it('is copied file by file, with modes, times, links and hard links', async () => {
    const folder = hardFolder()
    const test = dataset(`path = "${folder}"\nformat = "files"`)
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good', files: 4 })
    expect(snapshot(sealedPath(test), exact)).toEqual(snapshot(folder, exact))
  })

  it.runIf(takesAnyBytes)('has names that are not UTF-8', async () => {
    const folder = folderWith({ 'a.txt': 'a' })
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), notUtf8]), 'x')
    const tar = dataset(`path = "${folder}"\nformat = "tar"`)
    expect((await tar.run()).exported).not.toHaveProperty('warnings')
    const names = fs.readdirSync(await extracted(sealedPath(tar)), { encoding: 'buffer' })
    expect(names.some((name) => name.equals(notUtf8))).toBe(true)
    const files = dataset(`path = "${folder}"\nformat = "files"`)
    const warnings = [String.raw`a name that is not UTF-8 was copied as n\xffm`]
    expect((await files.run()).exported).toMatchObject({ state: 'good', files: 2, warnings })
    expect(fs.readdirSync(sealedPath(files))).toEqual(['a.txt', String.raw`n\xffm`])
  })

  it('is taken in part where patterns say so', async () => {
    const folder = folderWith({ 'a.jpg': '1', 'b.txt': '2', 'in/c.jpg': '3', 'cache/d.jpg': '4', 'in/.git/e.jpg': '5' })
    const test = dataset(`path = "${folder}"\nformat = "files"\ninclude = ["*.jpg"]\nexclude = ["/cache", ".git"]`)
    await test.run()
    expect(below(sealedPath(test))).toEqual(['a.jpg', 'in/c.jpg'])
  })

  it('may be one of several, each below its own path', async () => {
    const [one, other] = [folderWith({ 'a/x': '1' }), folderWith({ 'b/y': '2' })]
    const test = dataset(`paths = ["${one}", "${other}"]\nformat = "zip"`)
    await test.run()
    const wanted = [`${one}/a/x`, `${other}/b/y`].map((path) => path.slice(1)).sort()
    expect(below(await extracted(sealedPath(test)))).toEqual(wanted)
  })

  it('may be relative to the dataset, and reached through a link', async () => {
    const test = dataset(`path = "../way"\nformat = "files"`)
    fs.symlinkSync(folderWith({ x: '1' }), join(test.root, 'way'))
    await test.run()
    expect(below(sealedPath(test))).toEqual(['x'])
  })

  it('never holds the dataset itself', async () => {
    const test = dataset(`path = ".."\nformat = "files"`, '')
    folderWith({ 'notes/a': '1' }, test.root)
    for (let round = 0; round < 2; round++) {
      expect((await test.run({ exportNow: true })).exported).toMatchObject({ state: 'good', files: 1 })
      test.clock.advance(1000)
    }
    expect(below(sealedPath(test))).toEqual(['notes/a'])
    test.configure('[source]\nkind = "folder"\npath = "."\n')
    expect((await test.run({ exportNow: true })).exported).toMatchObject({ event: 'failed', code: 'config' })
  })
})

describe('a folder that is split', () => {
  it('is one archive a subfolder, and one for loose files', async () => {
    const folder = hardFolder()
    const test = dataset(`path = "${folder}"\nformat = "tar.gz"\nsplit = true`)
    expect((await test.run()).exported).toMatchObject({ state: 'good', files: 3, split: true })
    expect(below(sealedPath(test))).toEqual(['__files__.tar.gz', 'empty.tar.gz', 'in.tar.gz'])
    const all = temporaryFolder()
    for (const name of below(sealedPath(test))) await extractArchive(join(sealedPath(test), name), all)
    const options = { ...exact, withLinks: false }
    expect(snapshot(all, options)).toEqual(snapshot(folder, options))
  })

  it.runIf(takesAnyBytes)('has no archive of what is left out, and a name for each that is there', async () => {
    const folder = folderWith({ 'a/x.txt': '1', 'b/y.jpg': '2', '__files__/z.txt': '3' })
    fs.mkdirSync(Buffer.concat([Buffer.from(`${folder}/`), notUtf8]))
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), notUtf8, Buffer.from('/k.txt')]), '4')
    const test = dataset(`paths = ["${folder}"]\nformat = "tar"\nsplit = true\ninclude = ["*.txt"]`)
    expect((await test.run()).exported).toMatchObject({ state: 'good', files: 3 })
    const within = join(sealedPath(test), folder)
    expect(below(within)).toEqual(['%5F_files__.tar', 'a.tar', String.raw`n\xffm.tar`])
    expect(below(await extracted(join(within, 'a.tar')))).toEqual([`${folder.slice(1)}/a/x.txt`])
  })
})

describe('what cannot be read', () => {
  /** Nothing is unreadable for root, so this runs as somebody else. */
  const runAs = (unreadable: string, format: string): unknown => {
    const root = temporaryFolder()
    const folder = folderWith({ 'a.txt': 'a', 'secret.txt': 's', 'closed/b.txt': 'b' })
    fs.chmodSync(join(folder, 'secret.txt'), 0)
    fs.chmodSync(join(folder, 'closed'), 0)
    fs.chmodSync(folder, 0o755)
    fs.mkdirSync(join(root, 'd'))
    fs.writeFileSync(
      join(root, 'd/config.toml'),
      `[source]\nkind = "folder"\npath = "${folder}"\nunreadable = "${unreadable}"\nformat = "${format}"\n`,
    )
    fs.chmodSync(root, 0o777)
    fs.chmodSync(join(root, 'd'), 0o777)
    const code = `
      import { loadDatasets } from './config/load.ts'
      import { openDataset } from './dataset/dataset.ts'
      import { runDataset } from './dataset/run.ts'
      import { realSystem } from './system/system.ts'
      const { datasets } = await loadDatasets(realSystem.files, '${root}', [], '${root}')
      const context = { system: realSystem, signal: new AbortController().signal }
      const { exported } = await runDataset(openDataset(datasets[0]), context, { exportNow: true })
      console.log(JSON.stringify(exported))`
    const options = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    return JSON.parse(runApart(code, temporaryFolder(), options))
  }

  it.each(['tar.gz', 'files'])('fails the export, with its name (%s)', (format) => {
    expect(runAs('fail', format)).toMatchObject({
      event: 'failed',
      code: 'not-permitted',
      reason: expect.stringMatching(/cannot .*(?:closed|secret\.txt)/) as string,
      hint: expect.stringContaining('unreadable') as string,
    })
  })

  it.each(['tar.gz', 'files'])('is left out with a warning when it may be (%s)', (format) => {
    const warnings = [expect.stringContaining('closed'), expect.stringContaining('secret.txt')] as string[]
    expect(runAs('warn', format)).toMatchObject({ event: 'sealed', state: 'good', warnings })
  })

  it('is told of by name twenty times, and then counted; the log has all names', async () => {
    const folder = folderWith({ 'a.txt': 'a' })
    for (let index = 0; index < 25; index++) execFileSync('mkfifo', [join(folder, `pipe-${index}`)])
    const test = dataset(`path = "${folder}"`)
    const { exported } = await test.run()
    const { warnings } = exported as { warnings: string[] }
    expect(warnings).toHaveLength(21)
    expect(warnings[0]).toBe(`${folder}/pipe-0 is a pipe, which no archive holds; it was left out`)
    expect(warnings[20]).toBe('and 5 more; the log of the export names them all')
    expect(test.read(`log/${exported!.parcel}.err`).trim().split('\n')).toHaveLength(25)
  })
})

describe('a folder that changes while it is read', () => {
  /** The real disk, which tells when the first bytes of the parcel are written. */
  const meddling = (test: TestDataset, meddle: () => void): TestDataset['system'] => {
    let isDone = false
    const files = {
      ...systemFiles,
      async create(path: string) {
        const sink = await systemFiles.create(path)
        return {
          ...sink,
          async write(chunk: Uint8Array | string) {
            await sink.write(chunk)
            if (!isDone) meddle()
            isDone = true
          },
        }
      },
    }
    return { ...test.system, files }
  }

  it('has a warning for each file that vanished', async () => {
    const folder = folderWith({ 'a.bin': 'a'.repeat(3_000_000), 'b.txt': 'b', 'z.txt': 'z' })
    const test = dataset(`path = "${folder}"\nformat = "tar"`)
    const { exported } = await test.run(
      {},
      meddling(test, () => fs.rmSync(join(folder, 'z.txt'))),
    )
    expect(exported).toMatchObject({ state: 'good', warnings: [`${folder}/z.txt vanished before it was read`] })
    expect(below(await extracted(sealedPath(test)))).toEqual(['a.bin', 'b.txt'])
  })

  it('fails when all of it goes away', async () => {
    const folder = folderWith({ 'a.bin': 'a'.repeat(3_000_000), 'z/z.txt': 'z' })
    const test = dataset(`path = "${folder}"\nformat = "tar"`)
    const { exported } = await test.run(
      {},
      meddling(test, () => fs.rmSync(folder, { recursive: true })),
    )
    expect(exported).toMatchObject({ event: 'failed', code: 'not-found' })
    expect(test.names('data')).toEqual([])
  })

  it('keeps its warnings when unsilo is killed before the ledger has them', async () => {
    const folder = folderWith({ 'a.txt': 'a', 'in/b.txt': 'b' })
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const test = dataset(`path = "${folder}"\nsplit = true`)
    const { exported } = await test.run()
    const ledger = join(test.folder, 'ledger.ndjson')
    fs.writeFileSync(ledger, `${test.read('ledger.ndjson').split('\n')[0]}\n`)
    await test.run()
    const recovered = JSON.parse(test.read('ledger.ndjson').trim().split('\n')[1]!) as object
    const { warnings, split, sha256 } = exported as unknown as Record<string, unknown>
    expect(recovered).toMatchObject({ recovered: true, warnings, split, sha256 })
  })
})

describe('a folder that is not what it was', () => {
  it('fails when it is missing, empty, or a file, and nothing is sealed', async () => {
    const place = temporaryFolder()
    const failed = async (path: string, more = ''): Promise<unknown> => {
      const test = dataset(`path = "${path}"\n${more}`)
      const { exported } = await test.run()
      expect(test.names('data')).toEqual([])
      return exported
    }
    expect(await failed(join(place, 'gone'))).toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('mounted') as string,
    })
    expect(await failed(place)).toMatchObject({ code: 'empty', reason: `the folder ${place} is empty` })
    folderWith({ file: 'x', 'only/folders/in/.keep': '' }, place)
    expect(await failed(join(place, 'file'))).toMatchObject({
      code: 'config',
      reason: `${join(place, 'file')} is no folder`,
    })
    fs.rmSync(join(place, 'only/folders/in/.keep'))
    expect(await failed(join(place, 'only'))).toMatchObject({ code: 'empty' })
    expect(await failed(place, 'exclude = ["file"]')).toMatchObject({
      code: 'empty',
      hint: expect.stringContaining('exclude') as string,
    })
  })

  const canMount = process.getuid?.() === 0 && process.platform === 'linux'

  it.skipIf(!canMount)('fails when its disk is not mounted any more, until it is, or any mount will do', async () => {
    const point = join(temporaryFolder(), 'disk')
    fs.mkdirSync(point)
    // What lies there when the disk is away.
    folderWith({ 'stale.txt': 'stale' }, point)
    const test = dataset(`path = "${point}"`)
    const mount = (): void => {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', point])
      folderWith({ 'a.txt': 'a' }, point)
    }
    const run = async (): Promise<unknown> => {
      test.clock.advance(3_600_000)
      return (await test.run({ exportNow: true })).exported
    }
    mount()
    try {
      expect(await run()).toMatchObject({ state: 'good', mounts: { [point]: { at: point } } })
    } finally {
      execFileSync('umount', [point])
    }
    expect(await run()).toMatchObject({
      code: 'not-found',
      reason: expect.stringContaining(`was on ${point} in the last good export`) as string,
    })
    mount()
    try {
      expect(await run()).toMatchObject({ state: 'good' })
    } finally {
      execFileSync('umount', [point])
    }
    test.configure(`interval = "1 hour"\n[source]\nkind = "folder"\npath = "${point}"\nmount = "any"\n`)
    expect(await run()).toMatchObject({ state: 'good' })
    test.configure(`interval = "1 hour"\n[source]\nkind = "folder"\npath = "${point}"\n`)
    expect(await run()).toMatchObject({ state: 'good' })
  })

  it('is ended when it takes too long', async () => {
    const folder = temporaryFolder()
    fs.writeFileSync(join(folder, 'large'), '')
    fs.truncateSync(join(folder, 'large'), 50_000_000_000)
    const test = dataset(`path = "${folder}"\nformat = "tar.gz"`, 'timeout = "1s"')
    expect((await test.run()).exported).toMatchObject({ event: 'failed', code: 'timeout' })
  })

  it('may hold files that are larger than the memory that it takes', async () => {
    const folder = temporaryFolder()
    fs.writeFileSync(join(folder, 'large'), '')
    fs.truncateSync(join(folder, 'large'), 300_000_000)
    for (const format of ['tar', 'files']) {
      const test = dataset(`path = "${folder}"\nformat = "${format}"`)
      const growth = await memoryGrowth(async () => {
        expect((await test.run()).exported).toMatchObject({ state: 'good' })
      })
      expect(growth).toBeLessThan(150_000_000)
    }
  })
})

describe('the configuration of a folder', () => {
  it.each([
    ['', 'source.path: is missing'],
    ['path = "a"\npaths = ["b"]', 'source.paths: has no use beside `path`'],
    ['path = "a"\nformat = "files"\nsplit = true', 'source.split: has no use with format = "files"'],
    ['path = "a"\nformat = "rar"', 'source.format: "rar" is not one of'],
    ['path = "a"\nexcludes = ["b"]', 'unknown key "excludes": did you mean "exclude"?'],
  ])('is told what is wrong with it: %j', async (source, complaint) => {
    await expect(dataset(source).open()).rejects.toThrow(JSON.stringify(complaint.split(': ').at(-1)).slice(1, -1))
  })

  it('has no `compress` beside its format', async () => {
    await expect(dataset('path = "a"', 'compress = "gzip"').open()).rejects.toThrow('has no use with kind')
  })
})
