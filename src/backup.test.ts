import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildApart, runApart } from '../test/support/run-apart.ts'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import { type Backup, createBackup, extractArchive } from './backup.ts'

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(join(folder, name, '..'), { recursive: true })
    fs.writeFileSync(join(folder, name), content)
  }
  return folder
}

/** What is in the archive: each file with its content. */
async function saved(backup: Backup): Promise<Record<string, string>> {
  const { path } = await backup.saveTo({ kind: 'folder', path: temporaryFolder() })
  const folder = temporaryFolder()
  await extractArchive(path, folder)
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length + 1), fs.readFileSync(file, 'utf8')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const leftovers = (): string[] => fs.readdirSync(tmpdir()).filter((name) => /^unsilo-\w{6}$/.test(name))

/** Other tests may run at the same time, so temporary folders get a place of their own. */
function ownTemporaryPlace(): string {
  const place = temporaryFolder()
  vi.stubEnv('TMPDIR', place)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return place
}

describe('a backup', () => {
  it('holds folders at its root, under a name, and under their own path', async () => {
    const folder = folderWith({ 'a.txt': 'a', 'in/b.txt': 'b' })
    await using backup = createBackup('example', { format: 'zip' })
    await backup.includeDirectory(folder)
    await backup.includeDirectory(folder, { name: 'my_special_directory' })
    await backup.includeDirectory(folder, { preservePaths: true, exclude: ['in'] })
    await backup.includeNewDirectory('generated', async (place) => {
      await fs.promises.writeFile(join(place, 'made.txt'), 'made')
    })
    expect(await saved(backup)).toEqual({
      'a.txt': 'a',
      'generated/made.txt': 'made',
      'in/b.txt': 'b',
      'my_special_directory/a.txt': 'a',
      'my_special_directory/in/b.txt': 'b',
      [`${folder.slice(1)}/a.txt`]: 'a',
    })
  })

  it('merges names that come twice', async () => {
    await using backup = createBackup('example', { format: 'tar' })
    await backup.includeDirectory(folderWith({ a: '1', b: '1' }), { name: 'x' })
    await backup.includeNewDirectory('x', (place) => fs.writeFileSync(join(place, 'b'), '2'))
    await backup.includeNewDirectory('x', (place) => fs.writeFileSync(join(place, 'c'), '3'))
    expect(await saved(backup)).toEqual({ 'x/a': '1', 'x/b': '2', 'x/c': '3' })
  })

  it('is saved as one whole file, named by its time in UTC, and tells what it is', async () => {
    const target = temporaryFolder()
    await using backup = createBackup('example', { format: 'tar.gz' })
    await backup.includeDirectory(folderWith({ a: 'content', 'b/c': '' }))
    const before = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 12)
    const result = await backup.saveTo({ kind: 'folder', path: target })
    expect(basename(result.path)).toMatch(/^example_\d{14}\.tar\.gz$/)
    expect(Number(basename(result.path).slice(8, 20)) - Number(before)).toBeLessThan(2)
    expect(fs.readdirSync(target)).toEqual([basename(result.path)])
    expect(result).toMatchObject({ files: 2, folders: 1, links: 0, warnings: [], bytes: fs.statSync(result.path).size })
    expect(execFileSync('sha256sum', [result.path], { encoding: 'utf8' })).toContain(result.sha256)
  })

  it('goes to a target that a module defines, and says what is wrong with one', async () => {
    const folder = folderWith({ 'a.txt': 'a' })
    const module = join(folder, 'shelf.mjs') as `/${string}`
    fs.copyFileSync(join(import.meta.dirname, 'target/plugin/shelf.fixture.mjs'), module)
    await using backup = createBackup('example', { format: 'zip' })
    await backup.includeDirectory(folder, { include: ['a.txt'] })
    const { path } = await backup.saveTo({ kind: module, folder: join(folder, 'shelf'), tries: 2 })
    expect(fs.readdirSync(join(folder, 'shelf'))).toEqual([path])
    await expect(backup.saveTo({ kind: module, tries: 0 })).rejects.toMatchObject({ code: 'config' })
    await expect(backup.saveTo({ kind: './gone.mjs' })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/^there is no module /) as string,
    })
  })

  it('never replaces another of the same second', async () => {
    const place = { kind: 'folder', path: temporaryFolder() } as const
    await using backup = createBackup('example', { format: 'tar' })
    await backup.includeDirectory(folderWith({ a: 'a' }))
    await Promise.all([backup.saveTo(place), backup.saveTo(place)])
    expect(fs.readdirSync(place.path)).toHaveLength(2)
  })

  it('is saved to any target, which may ask for it again', async () => {
    await using backup = createBackup('example', { format: 'tar' })
    await backup.includeDirectory(folderWith({ a: 'content' }))
    const received: string[] = []
    const result = await backup.saveTo({
      async put(path, open) {
        open().destroy()
        received.push(path, await text(open()))
      },
    })
    expect(received).toEqual([result.path, expect.stringContaining('content')])
    expect(result.bytes).toBe(received[1]!.length)
  })

  it('saves nothing when a file cannot be read, unless that is to be a warning', () => {
    const folder = temporaryFolder()
    for (const name of ['from', 'to']) fs.mkdirSync(join(folder, name), { mode: 0o777 })
    fs.chmodSync(join(folder, 'to'), 0o777)
    fs.writeFileSync(join(folder, 'from/secret'), 'secret', { mode: 0 })
    fs.writeFileSync(join(folder, 'from/fine'), 'fine')
    const code = (unreadable: string): string => `
      import { createBackup } from './backup.ts'
      const backup = createBackup('example', { format: 'zip', unreadable: '${unreadable}' })
      await backup.includeDirectory('${folder}/from')
      await backup.saveTo({ kind: 'folder', path: '${folder}/to' }).then(
        ({ files, warnings }) => console.log(files, warnings.map(({ kind }) => kind).join()),
        (error) => console.log(error.code),
      )`
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    expect(runApart(code('reject'), folder, asNobody)).toBe('not-permitted\n')
    expect(fs.readdirSync(join(folder, 'to'))).toEqual([])
    expect(runApart(code('warn'), folder, asNobody)).toBe('1 unreadable\n')
    expect(fs.readdirSync(join(folder, 'to'))).toHaveLength(1)
  })

  it('refuses what cannot be meant', async () => {
    for (const name of ['', 'a/b', '.hidden', 'x'.repeat(300)]) {
      expect(() => createBackup(name, { format: 'zip' })).toThrow("cannot be the beginning of a file's name")
    }
    expect(() => createBackup('a', { format: 'rar' as 'zip' })).toThrow('there is no format "rar"')
    await using backup = createBackup('example', { format: 'zip' })
    const file = join(folderWith({ a: '' }), 'a')
    await expect(backup.includeDirectory('/no/such/folder')).rejects.toMatchObject({ code: 'not-found' })
    await expect(backup.includeDirectory(file)).rejects.toMatchObject({ code: 'usage' })
    await expect(backup.includeDirectory(tmpdir(), { name: '../out' })).rejects.toMatchObject({ code: 'usage' })
    await expect(backup.saveTo({ kind: 'folder', path: temporaryFolder() })).rejects.toMatchObject({ code: 'empty' })
    await backup[Symbol.asyncDispose]()
    await expect(backup.includeDirectory(tmpdir())).rejects.toThrow('the backup "example" is closed')
  })

  it('is not saved when it is interrupted', async () => {
    const controller = new AbortController()
    const target = temporaryFolder()
    await using backup = createBackup('example', { format: 'zip', signal: controller.signal })
    await backup.includeDirectory(folderWith({ a: 'a' }))
    controller.abort()
    await expect(backup.saveTo({ kind: 'folder', path: target })).rejects.toThrow()
    expect(fs.readdirSync(target)).toEqual([])
  })
})

describe('temporary folders', () => {
  it('are there until the backup is disposed of, and gone then', async () => {
    ownTemporaryPlace()
    {
      await using backup = createBackup('example', { format: 'zip' })
      await backup.includeNewDirectory('one', () => undefined)
      expect(leftovers()).toHaveLength(1)
    }
    expect(leftovers()).toEqual([])
  })

  it('are gone when they could not be filled, or the backup not saved', async () => {
    ownTemporaryPlace()
    const attempt = async (): Promise<void> => {
      await using backup = createBackup('example', { format: 'zip' })
      const filling = backup.includeNewDirectory('one', (place) => {
        fs.writeFileSync(join(place, 'a'), '')
        throw new Error('dump failed')
      })
      await expect(filling).rejects.toThrow('dump failed')
      expect(leftovers()).toEqual([])
      await backup.includeNewDirectory('two', () => undefined)
      await backup.saveTo({ kind: 'folder', path: '/no/such/place' })
    }
    await expect(attempt()).rejects.toMatchObject({ code: 'not-found' })
    expect(leftovers()).toEqual([])
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'])('are gone when the program is ended by %s', async (how) => {
    const folder = temporaryFolder()
    const place = ownTemporaryPlace()
    const code = `
      import { createBackup } from './backup.ts'
      const backup = createBackup('example', { format: 'zip' })
      await backup.includeNewDirectory('one', () => {})
      await backup.includeNewDirectory('two', async () => {
        if (process.argv[2] === 'exit') process.exit(7)
        console.log('ready')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const script = buildApart(code, folder)
    const child = spawn(process.execPath, [script, how], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (how !== 'exit') child.stdout.once('data', () => child.kill(how as NodeJS.Signals))
    const end = await new Promise((resolve) => child.once('exit', (status, signal) => resolve(signal ?? status)))
    expect(end).toBe(how === 'exit' ? 7 : how)
    expect(fs.readdirSync(place)).toEqual([])
  })
})
