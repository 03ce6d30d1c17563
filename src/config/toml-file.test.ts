import { writeFileSync } from 'node:fs'
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
    'todoist/config.toml:2:14: not valid TOML: each key-value declaration must be followed by an end-of-line. Text stands in quotes: interval = "…".',
  )
})

it.each([
  ['git = True', 'Write true in small letters.'],
  ['keep = 1\nkeep = 2', 'This key or table stands in the file twice: remove one.'],
  [String.raw`cmd = "C:\x"`, String.raw`Write \\ for a backslash, or put the text in single quotes.`],
  ['cmd =', 'Give it a value, or put # before the line.'],
])('hints at the usual slip in %s', (text, hint) => {
  expect(problemOf(text)).toContain(`. ${hint}`)
})

it('does not repeat a line that may hold a secret', () => {
  expect(problemOf('cmd = "curl -H Authorization:hunter2')).not.toContain('hunter2')
})

it('refuses a file that is not UTF-8, and says where', () => {
  const path = join(temporaryRoot(), 'config.toml')
  writeFileSync(path, Buffer.from([0x61, 0x0a, 0xff]))
  expect(readTomlFile(systemFiles, path, 'config.toml')).toMatchObject({
    problem: { line: 2, message: 'is not UTF-8 text' },
  })
})

it('reads a file that begins with a byte order mark', () => {
  expect(read('\uFEFFkeep = 5')).toMatchObject({ file: { values: { keep: 5 } } })
})

it('finds no file where there is none', () => {
  expect(readTomlFile(systemFiles, join(temporaryRoot(), 'config.toml'), 'config.toml')).toBeUndefined()
})
