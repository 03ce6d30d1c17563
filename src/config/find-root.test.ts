import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemFiles } from '../system/files.ts'
import { readEnvironment } from './environment.ts'
import { findRoot } from './find-root.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

it('takes --root first, then UNSILO_ROOT, both from the current folder', () => {
  const cwd = temporaryRoot({ 'unsilo.toml': '' })
  expect(findRoot(systemFiles, { option: 'a', environment: '/b', cwd })).toBe(join(cwd, 'a'))
  expect(findRoot(systemFiles, { environment: '/b', cwd })).toBe('/b')
})

it('takes the nearest parent with unsilo.toml', () => {
  const outer = temporaryRoot({ 'unsilo.toml': '', 'inner/unsilo.toml': '', 'inner/todoist/config.toml': '' })
  expect(findRoot(systemFiles, { cwd: join(outer, 'inner/todoist') })).toBe(join(outer, 'inner'))
  expect(findRoot(systemFiles, { cwd: outer })).toBe(outer)
})

it('takes the current folder when no parent has unsilo.toml', () => {
  const cwd = temporaryRoot({ 'todoist/config.toml': '', 'unsilo.toml/not-a-file': '' })
  expect(findRoot(systemFiles, { cwd: join(cwd, 'todoist') })).toBe(join(cwd, 'todoist'))
})

it('takes a variable that is set to nothing as not set', () => {
  expect(readEnvironment({ UNSILO_ROOT: '', NO_COLOR: '', FORCE_COLOR: '', PATH: '', XDG_CONFIG_HOME: '' })).toEqual({
    root: undefined,
    color: 'auto',
    searchPath: '/usr/local/bin:/usr/bin:/bin',
    configFolder: undefined,
  })
})

it('reads how wide lines may be, and nothing that is no number', () => {
  expect(readEnvironment({ COLUMNS: '100' }).columns).toBe(100)
  for (const COLUMNS of ['', '0', 'wide', '-1']) expect(readEnvironment({ COLUMNS }).columns).toBeUndefined()
})

it('lets NO_COLOR win over FORCE_COLOR', () => {
  expect(readEnvironment({ NO_COLOR: '1', FORCE_COLOR: '1' }).color).toBe('never')
  expect(readEnvironment({ FORCE_COLOR: '1' }).color).toBe('always')
  expect(readEnvironment({ FORCE_COLOR: '0' }).color).toBe('never')
})
