import { expect, it } from 'vitest'
import { locateKeys } from './locate.ts'
import type { KeyPath } from './problem.ts'

const text = `keep = 5
metrics.tasks.cmd = "true"

[ingest]
paths = [
  "a",
  "b",
]
[guard]
limits = { bytes = { least = 1 } }
[[targets]]
name = "nas"
[[targets]]
name = "s3"
[targets.auth]
"user name" = "me"
`

it.each<[KeyPath, number | undefined]>([
  [['keep'], 1],
  [['metrics', 'tasks', 'cmd'], 2],
  [['metrics'], 2],
  [['ingest'], 4],
  [['ingest', 'paths'], 5],
  [['ingest', 'paths', 1], 7],
  [['guard', 'limits', 'bytes', 'least'], 10],
  [['targets', 0, 'name'], 12],
  [['targets', 1], 13],
  [['targets', 1, 'name'], 14],
  [['targets', 1, 'auth', 'user name'], 16],
])('finds the line of %j', async (path, line) => {
  expect((await locateKeys(text))(path)).toBe(line)
})

it.each<[KeyPath, number | undefined]>([
  [['metrics', 'tasks', 'missing'], 2],
  [['ingest', 'time_source'], 4],
  [['targets', 1, 'path'], 13],
  [['cmd'], undefined],
  [[], undefined],
])('falls back to the line of the nearest table around %j', async (path, line) => {
  expect((await locateKeys(text))(path)).toBe(line)
})

it('counts lines of a file with a byte order mark and Windows line ends', async () => {
  expect((await locateKeys('\uFEFFkeep = 5\r\ngit = true\r\n'))(['git'])).toBe(2)
})

it('knows no lines of text that is not TOML', async () => {
  expect((await locateKeys('keep = = 5'))(['keep'])).toBeUndefined()
})
