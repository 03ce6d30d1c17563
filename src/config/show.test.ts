import { expect, it } from 'vitest'
import { systemFiles } from '../system/files.ts'
import { loadDatasets } from './load.ts'
import { describeConfig } from './show.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

async function originsOf(config: string, root: string): Promise<Record<string, string>> {
  const folder = temporaryRoot({ 'todoist/config.toml': config, 'unsilo.toml': root })
  const { datasets } = await loadDatasets(systemFiles, folder, [])
  const keys = await describeConfig(datasets[0]!)
  return Object.fromEntries(keys.map(({ key, value, origin }) => [key, `${JSON.stringify(value)} ${origin}`]))
}

it('tells where each value comes from', async () => {
  const origins = await originsOf(
    'cmd = "true"\nkeep = 5\n[metrics.tasks]\ncmd = "wc"\n',
    '[defaults]\n\nkeep = 7\nretries = 3\n',
  )
  expect(origins).toMatchObject({
    cmd: '"true" config.toml:1',
    keep: '5 config.toml:2',
    'metrics.tasks.cmd': '"wc" config.toml:4',
    retries: '3 unsilo.toml [defaults]:4',
    compress: '"none" default',
    git: 'false default',
    'ingest.paths': '[] default',
    'ingest.time_source': '"now" default',
  })
})

it('shows values as they are written, and none that are not set', async () => {
  const origins = await originsOf('timeout = "30m"\ningest.paths = ["a", "b"]\n', '')
  expect(origins).toMatchObject({
    timeout: '"30m" config.toml:1',
    'ingest.paths': '["a","b"] config.toml:2',
    'ingest.time_source': '"now" default',
  })
  expect(origins).not.toHaveProperty('silence')
  expect(origins).not.toHaveProperty('keep')
})

it('shows the targets that the dataset publishes to, and no others', async () => {
  const vault = '[targets.vault]\nkind = "folder"\npath = "../vault"\n'
  const origins = await originsOf('\npublish = ["vault"]\n', `${vault}[targets.nas]\nkind = "folder"\npath = "/nas"\n`)
  expect(origins).toMatchObject({
    publish: '["vault"] config.toml:2',
    'targets.vault.kind': '"folder" unsilo.toml:2',
    'targets.vault.path': '"../vault" unsilo.toml:3',
  })
  expect(Object.keys(origins).filter((key) => key.includes('nas'))).toEqual([])
})

it('fills up the limits of a guard one by one', async () => {
  const origins = await originsOf('guard.min_bytes = 10\n', '[defaults.guard]\nmin_bytes = 1\nmin_files = 2\n')
  expect(origins).toMatchObject({
    'guard.min_bytes': '10 config.toml:1',
    'guard.min_files': '2 unsilo.toml [defaults]:3',
  })
})

it('shows of a source only the keys of its kind', async () => {
  const origins = await originsOf('[source]\nkind = "postgres"\ndatabase = "shop"\npassword = { env = "P" }\n', '')
  const keys = Object.keys(origins).filter((key) => key.startsWith('source.'))
  expect(keys).toEqual(
    expect.arrayContaining(['source.kind', 'source.database', 'source.password.env', 'source.format']),
  )
  expect(keys.filter((key) => /streams|limits|path/.test(key))).toEqual([])
})
