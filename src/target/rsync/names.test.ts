import { expect, it } from 'vitest'
import { isLeftover, isStale, partialPath, temporaryFolderName } from './names.ts'

it('takes what rsync has left for no file, and what is only called alike for one', () => {
  expect(isLeftover(`${temporaryFolderName}/.notes.aB3xYz`)).toBe(true)
  expect(isLeftover(partialPath('a/b/notes'))).toBe(true)
  expect(isLeftover('a/.unsilo-0123456789ab-upload.tmp')).toBe(true)
  expect(isLeftover('a/.eslintrc.config')).toBe(false)
})

it('has what has partly arrived beside the file', () => {
  expect(partialPath('a/b/notes')).toBe('a/b/.unsilo-000000000000-partial.tmp/notes')
  expect(partialPath('notes')).toBe('.unsilo-000000000000-partial.tmp/notes')
})

it('gives up temporary files after a day, and parts of files after a week', () => {
  const at = new Date('2026-03-01T00:00:00Z')
  const after = (days: number): Date => new Date(at.getTime() + days * 86_400_000)
  const [temporary, part] = [`${temporaryFolderName}/.x.abcdef`, partialPath('a/x')]
  expect([isStale(temporary, at, after(0.9)), isStale(temporary, at, after(1.1))]).toEqual([false, true])
  expect([isStale(part, at, after(6)), isStale(part, at, after(8))]).toEqual([false, true])
  expect(isStale('a/x', at, after(1000))).toBe(false)
  expect(isStale('a/.unsilo-0123456789ab-upload.tmp', at, after(1000))).toBe(false)
})
