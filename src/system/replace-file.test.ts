import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from './files.ts'
import { isTemporaryName, replaceFile, temporaryPath } from './replace-file.ts'

it('writes a new file, and replaces an old one', async () => {
  const path = join(temporaryFolder(), 'metrics.csv')
  await replaceFile(systemFiles, path, 'one')
  await replaceFile(systemFiles, path, 'zwölf')
  expect(readFileSync(path, 'utf8')).toBe('zwölf')
  expect(readdirSync(dirname(path))).toEqual(['metrics.csv'])
})

it('makes the bytes durable before the name, and the name before it returns', async () => {
  const path = join(temporaryFolder(), 'metrics.csv')
  const { files, steps } = breakingFiles(() => 'go on')
  await replaceFile(files, path, 'text')
  expect(steps.map((step) => step.replaceAll(/\S*\.tmp/g, 'TEMPORARY').replaceAll(dirname(path), 'FOLDER'))).toEqual([
    'create TEMPORARY',
    'write TEMPORARY',
    'sync TEMPORARY',
    'rename TEMPORARY to FOLDER/metrics.csv',
    'sync FOLDER',
  ])
})

it.each([1, 2, 3, 4])('keeps the old file, and leaves no other, when the disk refuses step %i', async (step) => {
  const path = join(temporaryFolder(), 'metrics.csv')
  writeFileSync(path, 'old')
  const { files } = breakingFiles((at) => (at === step ? { refuse: 'ENOSPC' } : 'go on'))
  await expect(replaceFile(files, path, 'new')).rejects.toMatchObject({ code: 'no-space' })
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(dirname(path))).toEqual(['metrics.csv'])
})

it('names the file that was asked for in its errors, and never the temporary one', async () => {
  const path = join(temporaryFolder(), 'gone/metrics.csv')
  await expect(replaceFile(systemFiles, path, 'new')).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining(` ${path}: no such file or folder`) as string,
  })
})

it('keeps a folder that stands where the file should', async () => {
  const path = join(temporaryFolder(), 'metrics.csv')
  mkdirSync(join(path, 'inside'), { recursive: true })
  await expect(replaceFile(systemFiles, path, 'new')).rejects.toMatchObject({ code: 'clash' })
  expect(readdirSync(dirname(path))).toEqual(['metrics.csv'])
})

it('gives every temporary file a name of its own that is recognised, and hidden', () => {
  const [first, second] = [temporaryPath('/data/metrics.csv'), temporaryPath('/data/metrics.csv')]
  expect(first).not.toBe(second)
  expect(dirname(first)).toBe('/data')
  expect(basename(first).startsWith('.')).toBe(true)
  expect(isTemporaryName(basename(first))).toBe(true)
  for (const name of ['metrics.csv', '.unsilo-notes.tmp', 'x.tmp', `${basename(first)}.json`, `a${basename(first)}`]) {
    expect(isTemporaryName(name), name).toBe(false)
  }
})
