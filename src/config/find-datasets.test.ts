import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { systemFiles } from '../system/files.ts'
import { findDatasets, shownPath } from './find-datasets.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

const three = { 'todoist/config.toml': '', 'goodreads/config.toml': '', 'github/config.toml': '' }

function find(root: string, names: string[], cwd = root): string[] {
  return findDatasets(systemFiles, root, names, cwd).map(({ name }) => name)
}

function failure(root: string, name: string, cwd = root): UnsiloError {
  try {
    findDatasets(systemFiles, root, [name], cwd)
  } catch (error) {
    return expectUnsiloError(error)
  }
  throw new Error('it was found')
}

it('takes all folders with a config.toml when no name is given, in the order of their names', () => {
  const root = temporaryRoot({ ...three, '.hidden/config.toml': '', 'photos/a.jpg': '', 'unsilo.toml': '' })
  expect(find(root, [])).toEqual(['github', 'goodreads', 'todoist'])
})

it('passes over the root’s own file among paths, as a shell names it for `exports/*`', () => {
  const root = temporaryRoot({ ...three, 'unsilo.toml': '' })
  const named = ['github', 'goodreads', 'todoist', 'unsilo.toml'].map((name) => join(root, name))
  expect(find(root, named)).toEqual(['github', 'goodreads', 'todoist'])
  expect(failure(root, join(root, 'unsilo.toml')).code).toBe('not-found')
})

it('takes the root itself when it is a dataset', () => {
  const root = join(temporaryRoot({ 'todoist/config.toml': '', 'todoist/inner/config.toml': '' }), 'todoist')
  expect(findDatasets(systemFiles, root, [], root)).toEqual([{ name: 'todoist', path: root }])
})

it('finds a name below the root, from any folder', () => {
  const root = temporaryRoot(three)
  expect(findDatasets(systemFiles, root, ['github'], '/')).toEqual([{ name: 'github', path: join(root, 'github') }])
})

it('finds a path from the current folder first, then from the root', () => {
  const root = temporaryRoot({ 'work/mail/config.toml': '', 'work/work/mail/config.toml': '' })
  const path = (cwd: string): string => findDatasets(systemFiles, root, ['work/mail/'], cwd)[0]!.path
  expect(path(join(root, 'work'))).toBe(join(root, 'work/work/mail'))
  expect(path('/')).toBe(join(root, 'work/mail'))
})

it('finds the current folder, and absolute paths', () => {
  const root = temporaryRoot(three)
  expect(find(root, ['.', join(root, 'github')], join(root, 'todoist'))).toEqual(['todoist', 'github'])
})

it('takes a dataset that is given twice once', () => {
  const root = temporaryRoot(three)
  expect(find(root, ['github', './github', 'todoist'])).toEqual(['github', 'todoist'])
})

it('shows the paths of two datasets that share a name', () => {
  const root = temporaryRoot({ 'a/mail/config.toml': '', 'b/mail/config.toml': '', 'c/notes/config.toml': '' })
  expect(find(root, ['a/mail/', './b/mail', 'c/notes'])).toEqual(['a/mail', './b/mail', 'notes'])
})

it('suggests the nearest name', () => {
  const root = temporaryRoot(three)
  expect(failure(root, 'todist')).toMatchObject({
    code: 'not-found',
    message: `there is no dataset "todist" in ${root}`,
    hint: 'Did you mean "todoist"?',
  })
})

it('lists what there is when no name is near', () => {
  expect(failure(temporaryRoot(three), 'bank').hint).toBe(
    'There is: github, goodreads, todoist. `unsilo init bank` creates a new one.',
  )
  expect(failure(temporaryRoot(), 'bank').hint).toBe('There are none yet; `unsilo init bank` creates it.')
})

it('suggests the folder of that name in the current folder', () => {
  const cwd = temporaryRoot(three)
  expect(failure(temporaryRoot(), 'github', cwd).hint).toBe('For the one in the current folder, write ./github.')
})

it('names `unsilo init` for a folder without config.toml', () => {
  const root = temporaryRoot({ 'photos/a.jpg': '' })
  expect(failure(root, 'photos')).toMatchObject({
    code: 'not-found',
    message: `${join(root, 'photos')} is not a dataset: it has no config.toml`,
    hint: '`unsilo init photos` makes it one; what is in there stays.',
  })
})

it('says that a file is no dataset', () => {
  const root = temporaryRoot(three)
  expect(failure(root, './todoist/config.toml').message).toContain('is a file; a dataset is a folder')
})

it('says that the root does not exist', () => {
  const root = join(temporaryRoot(), 'exports')
  expect(() => find(root, [])).toThrow(`the root folder ${root} does not exist`)
})

it('names files from the root when they are in there', () => {
  expect(shownPath('/exports', '/exports/todoist/config.toml')).toBe('todoist/config.toml')
  expect(shownPath('/exports', '/other/config.toml')).toBe('/other/config.toml')
  expect(shownPath('/exports', '/exports/..odd/config.toml')).toBe('..odd/config.toml')
})
