import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from './files.ts'
import { checkReplaceable, replaceSecretFile } from './secret-file.ts'

function secretFile(): string {
  const path = join(temporaryFolder(), 'token')
  writeFileSync(path, 'old')
  return path
}

it('replaces a file by one that only its owner may read', async () => {
  const path = secretFile()
  chmodSync(path, 0o644)
  await replaceSecretFile(systemFiles, path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it('replaces the file that a link leads to, and not the link', async () => {
  const path = secretFile()
  const link = join(temporaryFolder(), 'link')
  symlinkSync(path, link)
  await replaceSecretFile(systemFiles, link, 'new')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(path, 'utf8')).toBe('new')
})

it('is durable: the file and its folder are synced', async () => {
  const { files, steps } = breakingFiles(() => 'go on')
  await replaceSecretFile(files, secretFile(), 'new')
  expect(steps.map((step) => step.split(' ')[0])).toEqual(['create', 'write', 'sync', 'rename', 'sync'])
})

it('leaves the old file, and nothing else, when any step fails', async () => {
  for (const step of [1, 2, 3, 4]) {
    const path = secretFile()
    const { files } = breakingFiles((at) => (at === step ? { refuse: 'ENOSPC' } : 'go on'))
    await expect(replaceSecretFile(files, path, 'new')).rejects.toMatchObject({ code: 'no-space' })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(join(path, '..'))).toEqual(['token'])
  }
})

it('finds out whether a file can be replaced, and leaves no trace', async () => {
  const path = secretFile()
  await checkReplaceable(systemFiles, path, 'new')
  expect(readdirSync(join(path, '..'))).toEqual(['token'])
  expect(readFileSync(path, 'utf8')).toBe('old')
  const full = breakingFiles((_, name) => (name.startsWith('write') ? { refuse: 'ENOSPC' } : 'go on'))
  await expect(checkReplaceable(full.files, path, 'new')).rejects.toMatchObject({ code: 'no-space' })
  const missing = join(temporaryFolder(), 'no')
  mkdirSync(missing)
  await expect(checkReplaceable(systemFiles, join(missing, 'token'), 'new')).rejects.toMatchObject({
    code: 'not-found',
  })
})
