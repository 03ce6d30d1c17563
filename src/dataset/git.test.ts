import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { initDataset } from './init.ts'
import { pruneDataset } from './prune.ts'

const hour = 3_600_000
const config =
  'git = true\ninterval = "1 hour"\ncmd = "date +%N > $PARCEL_PATH.txt"\nmetrics.lines.cmd = "wc -l < $PARCEL_PATH"\n'

beforeEach(() => {
  // Nobody has told git a name here, and nothing of this machine's own configuration changes what is committed.
  vi.stubEnv('HOME', temporaryFolder())
  vi.stubEnv('XDG_CONFIG_HOME', '/nonexistent')
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1')
  for (const name of [
    'GIT_AUTHOR_NAME',
    'GIT_AUTHOR_EMAIL',
    'GIT_COMMITTER_NAME',
    'GIT_COMMITTER_EMAIL',
    'EMAIL',
    'GIT_DIR',
  ]) {
    vi.stubEnv(name, undefined)
  }
})
afterEach(() => vi.unstubAllEnvs())

function git(folder: string, ...parameters: string[]): string {
  return execFileSync('git', ['-C', folder, ...parameters], { encoding: 'utf8' }).trim()
}

async function repository(): Promise<TestDataset> {
  const test = testDataset(config)
  await initDataset(test.context, test.folder, { template: 'command', git: true })
  return test
}

const committed = (test: TestDataset): string[] => git(test.folder, 'ls-files').split('\n')

it('is made by init, and begins with the configuration', async () => {
  const test = await repository()
  expect(committed(test)).toEqual(['.gitignore', 'config.toml', 'metrics.csv'])
  expect(git(test.folder, 'log', '--format=%s')).toBe('[unsilo] initialize')
  expect(await initDataset(test.context, test.folder, { template: 'command', git: true })).toMatchObject({
    created: [],
  })
})

it('commits each parcel with its metrics and the ledger, and leaves nothing uncommitted', async () => {
  const test = await repository()
  expect((await test.run()).problems).toEqual([])
  expect(committed(test)).toEqual([
    '.gitignore',
    'config.toml',
    'data/2026-03-01T060000Z.txt',
    'ledger.ndjson',
    'metrics.csv',
  ])
  expect(git(test.folder, 'log', '-1', '--format=%s')).toBe('[unsilo] process new parcels: 2026-03-01T060000Z')
  expect(git(test.folder, 'status', '--porcelain')).toBe('')
})

it('commits the removal of a pruned parcel', async () => {
  const test = await repository()
  await test.run()
  test.clock.advance(hour)
  test.configure(`keep = 1\n${config}`)
  await test.run()
  expect(committed(test)).toContain('data/2026-03-01T070000Z.txt')
  expect(committed(test)).not.toContain('data/2026-03-01T060000Z.txt')
  expect(git(test.folder, 'log', '-1', '--format=%s')).toBe(
    '[unsilo] process new parcels: 2026-03-01T070000Z; prune 1 parcel',
  )
  test.clock.advance(hour)
  test.configure(config)
  await test.run()
  test.configure(`keep = 1\n${config}`)
  await pruneDataset(await test.open(), test.context, false)
  expect(committed(test).filter((name) => name.startsWith('data/'))).toEqual(['data/2026-03-01T080000Z.txt'])
})

it('commits parcels that the user’s own rules would ignore, and no other change of the user’s', async () => {
  const test = await repository()
  writeFileSync(join(test.folder, '.gitignore'), '*.txt\n')
  writeFileSync(join(test.folder, 'notes'), 'mine')
  git(test.folder, 'add', 'notes')
  expect((await test.run()).problems).toEqual([])
  expect(git(test.folder, 'show', '--name-only', '--format=').split('\n').sort()).toEqual([
    'data/2026-03-01T060000Z.txt',
    'ledger.ndjson',
    'metrics.csv',
  ])
  expect(git(test.folder, 'status', '--porcelain', '-uno').split('\n')).toEqual(['M .gitignore', 'A  notes'])
})

it('commits an attempt that failed in the records only', async () => {
  const test = await repository()
  test.configure('git = true\ninterval = "1 hour"\ncmd = "exit 1"')
  await test.run()
  expect(git(test.folder, 'show', '--name-only', '--format=').split('\n').sort()).toEqual([
    'ledger.ndjson',
    'metrics.csv',
  ])
})

it('uses unsilo’s name where nobody has told git one, and the user’s where there is one', async () => {
  const test = await repository()
  git(test.folder, 'config', 'user.useConfigOnly', 'true')
  expect((await test.run()).problems).toEqual([])
  expect(git(test.folder, 'log', '-1', '--format=%an <%ae>')).toBe('unsilo <unsilo@localhost>')
  git(test.folder, 'config', 'user.name', 'Ada')
  git(test.folder, 'config', 'user.email', 'ada@example.org')
  test.clock.advance(hour)
  expect((await test.run()).problems).toEqual([])
  expect(git(test.folder, 'log', '-1', '--format=%an <%ae>')).toBe('Ada <ada@example.org>')
})

it('is a clear problem when the folder is not a repository, and the parcel is safe', async () => {
  const test = testDataset(config)
  // A temporary folder may itself lie in a repository.
  vi.stubEnv('GIT_CEILING_DIRECTORIES', test.root)
  const { exported, problems } = await test.run()
  expect(exported).toMatchObject({ event: 'sealed', state: 'good' })
  expect(problems).toMatchObject([
    {
      severity: 'error',
      code: 'git',
      hint: 'Run `unsilo init --git todoist`, or remove `git = true` from config.toml.',
    },
  ])
  expect(problems[0]!.message).toContain('not a git repository')
  expect(test.names('data')).toHaveLength(1)
})

it('commits what an earlier run could not, with the next parcel', async () => {
  const test = await repository()
  const lock = join(test.folder, '.git/index.lock')
  writeFileSync(lock, '')
  expect((await test.run()).problems).toMatchObject([
    { code: 'git', hint: expect.stringContaining('index.lock') as string },
  ])
  rmSync(lock)
  test.clock.advance(hour)
  expect((await test.run()).problems).toEqual([])
  expect(committed(test).filter((name) => name.startsWith('data/'))).toEqual([
    'data/2026-03-01T060000Z.txt',
    'data/2026-03-01T070000Z.txt',
  ])
})

it('works in a dataset that is a folder of a larger repository', async () => {
  const root = temporaryFolder()
  git(root, 'init', '--quiet')
  const test = testDataset(config, 'a dataset', root)
  expect((await test.run()).problems).toEqual([])
  expect(git(root, 'ls-files')).toBe(
    ['a dataset/data/2026-03-01T060000Z.txt', 'a dataset/ledger.ndjson', 'a dataset/metrics.csv'].join('\n'),
  )
})

it('commits a removal that a killed run had staged, with the next parcel', async () => {
  const test = await repository()
  await test.run()
  const [first] = test.names('data')
  test.clock.advance(hour)
  test.configure(`${config.replace('git = true', 'git = false')}keep.last = 1\nkeep.min = 1\n`)
  await test.run()
  expect(test.names('data')).not.toContain(first)
  git(test.folder, 'rm', '--quiet', '--cached', `data/${first}`)
  test.clock.advance(hour)
  test.configure(config)
  expect((await test.run()).problems).toEqual([])
  expect(git(test.folder, 'status', '--porcelain')).toBe('')
  expect(committed(test)).not.toContain(`data/${first}`)
})
