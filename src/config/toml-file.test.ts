import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemFiles } from '../system/files.ts'
import { sayProblem } from './problem.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'
import { readTomlFile } from './toml-file.ts'

function read(text: string): ReturnType<typeof readTomlFile> {
  const path = join(temporaryRoot({ 'config.toml': text }), 'config.toml')
  return readTomlFile(systemFiles, path, 'todoist/config.toml')
}

function problemOf(text: string): string {
  const result = read(text)
  if (result === undefined || 'file' in result) throw new Error('no problem was found')
  return sayProblem(result.problem)
}

it('shows the place of a syntax error, and how to mend it', () => {
  expect(problemOf('keep = 5\ninterval = 1 day # every day\n')).toBe(
    [
      'todoist/config.toml:2:14: not valid TOML: each key-value declaration must be followed by an end-of-line. Text stands in quotes: interval = "1 day".',
      '    2:  interval = 1 day # every day',
      '                     ^',
    ].join('\n'),
  )
})

it.each([
  ['git = True', 'Write true in small letters.'],
  ['keep = 1\nkeep = 2', 'This key or table stands in the file twice: remove one.'],
  [String.raw`cmd = "C:\x"`, String.raw`Write \\ for a backslash, or put the text in single quotes.`],
  ['cmd =', 'Give it a value, or put # before the line.'],
])('hints at the usual slip in %s', (text, hint) => {
  expect(problemOf(text)).toContain(`. ${hint}\n`)
})

it('reads a file that begins with a byte order mark', () => {
  expect(read('\uFEFFkeep = 5')).toMatchObject({ file: { values: { keep: 5 } } })
})

it('finds no file where there is none', () => {
  expect(readTomlFile(systemFiles, join(temporaryRoot(), 'config.toml'), 'config.toml')).toBeUndefined()
})
