import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles, walkFiles } from './files.ts'

const isRoot = process.getuid?.() === 0

it('lists a folder in the order of the names, and tells what each entry is', () => {
  const folder = temporaryFolder()
  for (const name of ['b', 'a.10', 'B', 'a.9', 'é', '.hidden']) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'z'))
  symlinkSync('nowhere', join(folder, 'link'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  expect(systemFiles.list(folder).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    '.hidden file',
    'B file',
    'a.10 file',
    'a.9 file',
    'b file',
    'link link',
    'pipe other',
    'z folder',
    'é file',
  ])
})

it('lists nothing where there is no folder', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(systemFiles.list(join(folder, 'missing'))).toEqual([])
  expect(systemFiles.list(join(folder, 'file', 'below'))).toEqual([])
})

it('follows links to tell what something is, and calls a link that leads nowhere nothing', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), 'four')
  symlinkSync('file', join(folder, 'link'))
  symlinkSync('nowhere', join(folder, 'broken'))
  expect(systemFiles.info(join(folder, 'link'))).toMatchObject({ kind: 'file', sizeBytes: 4 })
  expect(systemFiles.info(join(folder, 'broken'))).toBeUndefined()
  expect(systemFiles.info(join(folder, 'file', 'below'))).toBeUndefined()
  expect(systemFiles.info('/dev/null')?.kind).toBe('other')
})

it('reads the end of a file, all of a shorter one, and nothing of a missing one', () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, 'abcdef')
  const end = (bytes: number): string => Buffer.from(systemFiles.readEnd(path, bytes)).toString()
  expect([end(0), end(2), end(6), end(100)]).toEqual(['', 'ef', 'abcdef', 'abcdef'])
  expect(systemFiles.readEnd(`${path}.missing`, 5)).toHaveLength(0)
})

it('adds to the end of a file, and creates it when it is missing', async () => {
  const path = join(temporaryFolder(), 'log')
  for (const text of ['first\n', 'second\n']) {
    const sink = await systemFiles.append(path)
    await sink.write(text)
    await sink.sync()
    await sink.close()
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n')
})

it('creates a file only where there is none', async () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, 'old')
  await expect(systemFiles.create(path)).rejects.toMatchObject({
    code: 'clash',
    message: `cannot create ${path}: it exists already`,
  })
  expect(readFileSync(path, 'utf8')).toBe('old')
})

it('reads a file in chunks, and a missing one is an error that names it', async () => {
  const path = join(temporaryFolder(), 'file')
  const content = Buffer.alloc(700_000, 'x')
  writeFileSync(path, content)
  const chunks: Uint8Array[] = []
  for await (const chunk of systemFiles.read(path)) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(content)).toBe(true)
  expect(chunks.length).toBeGreaterThan(1)
  const missing = systemFiles.read(`${path}.missing`)[Symbol.asyncIterator]()
  await expect(missing.next()).rejects.toMatchObject({ code: 'not-found' })
})

it.skipIf(isRoot)('says which file it may not read', async () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, 'x')
  chmodSync(path, 0)
  expect(() => systemFiles.readText(path)).toThrow(`cannot read ${path}: permission denied`)
  await expect(systemFiles.read(path)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'not-permitted' })
})

it('walks everything below a folder, depth first, and does not follow links', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'b/c'), { recursive: true })
  mkdirSync(join(folder, 'empty'))
  for (const path of ['z', 'b/c/2', 'b/c/1', 'b/.hidden', 'a']) writeFileSync(join(folder, path), '')
  symlinkSync('b', join(folder, 'loop'))
  expect([...walkFiles(systemFiles, folder)].map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'a file',
    'b/.hidden file',
    'b/c/1 file',
    'b/c/2 file',
    'loop link',
    'z file',
  ])
  expect([...walkFiles(systemFiles, join(folder, 'missing'))]).toEqual([])
})

it('copies a link as it is, whether it leads anywhere or not', () => {
  const folder = temporaryFolder()
  symlinkSync('../nowhere/é', join(folder, 'link'))
  systemFiles.copyLink(join(folder, 'link'), join(folder, 'copy'))
  expect(readlinkSync(join(folder, 'copy'))).toBe('../nowhere/é')
})

it('removes whole folders, the link and not what it leads to, and nothing without a complaint', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'kept'), '')
  symlinkSync('../kept', join(folder, 'a/link'))
  await systemFiles.remove(join(folder, 'a'))
  await systemFiles.remove(join(folder, 'missing'))
  expect(systemFiles.list(folder).map(({ name }) => name)).toEqual(['kept'])
})

it('names both ends of a rename that fails', () => {
  const folder = temporaryFolder()
  expect(() => systemFiles.rename(join(folder, 'a'), join(folder, 'b'))).toThrow(
    `cannot rename ${folder}/a to ${folder}/b: no such file or folder`,
  )
})

it('makes a folder and those above it, and says why it cannot', () => {
  const folder = temporaryFolder()
  systemFiles.makeFolder(join(folder, 'a/b/c'))
  systemFiles.makeFolder(join(folder, 'a/b'))
  expect(systemFiles.info(join(folder, 'a/b/c'))?.kind).toBe('folder')
  writeFileSync(join(folder, 'file'), '')
  for (const path of ['file', 'file/a', 'file/a/b']) {
    expect(() => systemFiles.makeFolder(join(folder, path))).toThrow(`cannot create the folder ${folder}/${path}: `)
  }
})

it.runIf(process.platform === 'linux')('ends where no folder can be made though the one above is there', () => {
  expect(() => systemFiles.makeFolder('/proc/unsilo/a/b')).toThrow('cannot create the folder /proc/unsilo/a/b: ')
})
