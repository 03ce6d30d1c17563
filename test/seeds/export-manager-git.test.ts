import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot, day } from '../support/cli.ts'
import { dataNames, oldDataset } from './export-manager.fixture.ts'

const config = 'cmd = "echo yay > $PARCEL_PATH.txt"\ngit = true\ninterval = "1 day"\nkeep = 2\n'

function git(root: CliRoot, ...parameters: string[]): string {
  const identity = ['-c', 'user.name=someone', '-c', 'user.email=someone@example.org']
  return execFileSync('git', ['-C', join(root.path, 'todoist'), ...identity, ...parameters], { encoding: 'utf8' })
}

/** A repository as `export_manager init --git` and its runs leave it. */
function oldRepository(root: CliRoot, ages: readonly number[]): string[] {
  const parcels = ages.map((ago) => ({ ago, content: 'yay\n' }))
  const ids = oldDataset(root, 'todoist', config, parcels)
  root.write('todoist/.gitignore', '.DS_Store\nincomplete/\nlog/\n/secrets*\n')
  git(root, 'init', '--quiet')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '-m', '[export_manager] initialize')
  return ids
}

/** What the newest commit changed: a letter for how, and the path. */
function lastCommit(root: CliRoot): string[] {
  return git(root, 'show', '--format=', '--name-status', '--no-renames', 'HEAD').trim().split('\n')
}

describe('a dataset with git = true', () => {
  it('commits the new parcel, the metrics and the removal of the pruned one, and leaves nothing behind', async () => {
    const root = cliRoot()
    const old = oldRepository(root, [3 * day, 2 * day])
    const { status, stderr } = await root.cli('run')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [, exported] = dataNames(root, 'todoist')
    expect(lastCommit(root)).toEqual([
      `D\tdata/${old[0]}.txt`,
      `A\tdata/${exported}`,
      'A\tledger.ndjson',
      'M\tmetrics.csv',
    ])
    expect(git(root, 'log', '-1', '--format=%s')).toContain(exported!.slice(0, 18))
    expect(git(root, 'status', '--porcelain')).toBe('')
    expect(git(root, 'show', `HEAD:data/${exported}`)).toBe('yay\n')
  })

  it('commits nothing when nothing was to be done', async () => {
    const root = cliRoot()
    oldRepository(root, [60_000])
    expect((await root.cli('run')).status).toBe(0)
    expect(git(root, 'log', '--format=%s')).toBe('[export_manager] initialize\n')
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('commits the metrics of a failed export, and not what it left', async () => {
    const root = cliRoot()
    oldRepository(root, [2 * day])
    root.write('todoist/config.toml', config.replace('txt"', 'txt; exit 1"'))
    git(root, 'commit', '--quiet', '-am', 'break it')
    expect((await root.cli('run')).status).toBe(1)
    expect(lastCommit(root)).toEqual(['A\tledger.ndjson', 'M\tmetrics.csv'])
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('commits an ingested parcel, by run and by hand', async () => {
    const root = cliRoot()
    oldRepository(root, [])
    root.write('todoist/config.toml', 'git = true\ningest.paths = "../inbox/*.txt"\ningest.time_source = "mtime"\n')
    git(root, 'commit', '--quiet', '-am', 'ingest')
    root.write('inbox/notes.txt', 'hooray', new Date('2020-01-05T02:02:02Z'))
    expect((await root.cli('run')).status).toBe(0)
    expect(lastCommit(root)).toContain('A\tdata/2020-01-05T020202Z.txt')
    root.write('more.txt', 'hooray')
    expect((await root.cli('ingest', 'todoist', 'more.txt', '-p', '2020-01-06T020202Z')).status).toBe(0)
    expect(lastCommit(root)).toContain('A\tdata/2020-01-06T020202Z.txt')
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('commits recomputed metrics, a prune and a folder parcel', async () => {
    const root = cliRoot()
    oldRepository(root, [4 * day, 3 * day, 2 * day])
    expect((await root.cli('reprocess-metrics', 'todoist')).status).toBe(0)
    expect(git(root, 'status', '--porcelain')).toBe('')
    expect((await root.cli('prune')).status).toBe(0)
    expect(lastCommit(root)).toContainEqual(expect.stringMatching(/^D\tdata/))
    root.write('todoist/config.toml', config.replace(/cmd.*/, 'cmd = "mkdir $PARCEL_PATH; echo a > $PARCEL_PATH/a"'))
    git(root, 'commit', '--quiet', '-am', 'a folder')
    expect((await root.cli('run')).status).toBe(0)
    expect(lastCommit(root)).toContainEqual(expect.stringMatching(/^A\tdata\/[^/]+Z\/a$/))
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it("leaves the user's own changes alone, staged or not", async () => {
    const root = cliRoot()
    oldRepository(root, [2 * day])
    root.write('todoist/notes.md', 'mine')
    git(root, 'add', 'notes.md')
    root.write('todoist/config.toml', `${config}# mine\n`)
    expect((await root.cli('run')).status).toBe(0)
    expect(git(root, 'status', '--porcelain')).toBe(' M config.toml\nA  notes.md\n')
  })

  it('works inside a repository that holds all datasets', async () => {
    const root = cliRoot()
    const [old] = oldDataset(root, 'todoist', config, [{ ago: 2 * day, content: 'yay\n' }])
    execFileSync('git', ['-C', root.path, 'init', '--quiet'])
    expect((await root.cli('run')).status).toBe(0)
    expect(lastCommit(root)).toContainEqual(expect.stringMatching(/^A\ttodoist\/data\//))
    expect(dataNames(root, 'todoist')).toContain(`${old}.txt`)
  })

  it('commits in a name of its own where nobody has told git one', async () => {
    const root = cliRoot({ HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', EMAIL: '' })
    oldRepository(root, [2 * day])
    const { status, stderr } = await root.cli('run')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('outside a repository says so after the parcel is safe', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', config, [])
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toContain('not a git repository')
    expect(stderr).toContain('unsilo init --git todoist')
    expect(dataNames(root, 'todoist')).toHaveLength(1)
  })

  it('is made by init --git as export_manager makes it, once', async () => {
    const root = cliRoot()
    expect((await root.cli('init', '--git', 'todoist')).status).toBe(0)
    expect(lastCommit(root)).toEqual(['A\t.gitignore', 'A\tconfig.toml', 'A\tmetrics.csv'])
    expect(git(root, 'status', '--porcelain')).toBe('')
    expect(root.read('todoist/.gitignore')).toContain('.DS_Store\nincomplete/\nlog/\n/secrets*\n')
    expect(root.read('todoist/config.toml')).toMatch(/^git = true$/m)
    expect(root.read('todoist/metrics.csv')).toBe('parcel_id,success,files,bytes')
    expect((await root.cli('init', '--git', 'todoist')).status).toBe(0)
    expect(git(root, 'log', '--format=%s').trim().split('\n')).toHaveLength(1)
  })

  it('catches up with what a broken-off run has not committed', async () => {
    const root = cliRoot()
    oldRepository(root, [2 * day])
    root.write('todoist/.git/index.lock', '')
    const broken = await root.cli('run')
    expect(broken.status).toBe(1)
    expect(broken.stderr).toContain('index.lock')
    rmSync(join(root.path, 'todoist/.git/index.lock'))
    root.write('todoist/config.toml', config.replace('1 day', '1s'))
    git(root, 'commit', '--quiet', '-m', 'config', 'config.toml')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect((await root.cli('run')).status).toBe(0)
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('does not commit what git = false keeps out', async () => {
    const root = cliRoot()
    oldRepository(root, [2 * day])
    root.write('todoist/config.toml', config.replace('git = true\n', ''))
    git(root, 'commit', '--quiet', '-am', 'no git')
    expect((await root.cli('run')).status).toBe(0)
    expect(git(root, 'log', '--format=%s')).toMatch(/^no git/)
    expect(git(root, 'status', '--porcelain', 'metrics.csv')).toBe(' M metrics.csv\n')
  })
})
