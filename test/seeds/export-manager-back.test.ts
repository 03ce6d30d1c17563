import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot, day } from '../support/cli.ts'
import { dataNames, oldDataset, readmeConfig } from './export-manager.fixture.ts'

const reader = join(import.meta.dirname, 'export_manager.py')
const hasPython = spawnSync('python3', ['-c', 'import tomllib']).status === 0

interface Read {
  config: Record<string, unknown>
  metrics: Record<string, Record<string, string>>
  parcels: { id: string; complete: boolean; name: string; stdout: boolean; stderr: boolean; bytes: string }[]
}

/** Reads a dataset as export_manager does. */
function readBack({ skip }: TestContext, root: CliRoot, name: string, ...more: string[]): Read {
  skip(!hasPython, 'python3 is missing or older than 3.11, which brings tomllib')
  return JSON.parse(execFileSync('python3', [reader, join(root.path, name), ...more], { encoding: 'utf8' })) as Read
}

async function run(root: CliRoot, ...args: string[]): Promise<void> {
  const { status, stderr } = await root.cli(...args)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}

describe('a folder made by unsilo', () => {
  it('is read by export_manager: configuration, parcels, logs and metrics', async (test) => {
    const root = cliRoot()
    await run(root, 'init', 'todoist')
    root.write('todoist/config.toml', readmeConfig)
    await run(root, 'run')
    const { config, metrics, parcels } = readBack(test, root, 'todoist')
    expect(config).toMatchObject({ interval: '1 day', keep: 5, metrics: { tasks: { cmd: expect.any(String) } } })
    const id = dataNames(root, 'todoist')[0]!.slice(0, 18)
    expect(parcels).toEqual([
      { id, complete: true, name: `${id}.txt`, stdout: true, stderr: true, files: '1', bytes: '15' },
    ])
    expect(metrics).toEqual({ [id]: { parcel_id: id, success: 'Y', files: '1', bytes: '15', tasks: '3' } })
  })

  it('keeps its metrics.csv byte for byte when export_manager writes it anew', async (test) => {
    const root = cliRoot()
    const said = `metrics.said.cmd = '''echo 'a "b", c' '''\nmetrics.lines.cmd = "printf 'x\\\\ny'"\nmetrics.none.cmd = "true"\n`
    oldDataset(root, 'todoist', `${readmeConfig}${said}`, [
      { ago: 300 * day, tasks: '1' },
      { ago: 2 * day, content: 'task\n', tasks: '1' },
    ])
    await run(root, 'run')
    root.write('todoist/config.toml', `cmd = "exit 1"\nmetrics.new.cmd = "echo é"`)
    expect((await root.cli('export', 'todoist')).status).toBe(1)
    const before = root.read('todoist/metrics.csv')
    expect(before).toContain('"x\ny"')
    const { metrics } = readBack(test, root, 'todoist', 'rewrite')
    expect(Object.keys(metrics)).toHaveLength(4)
    expect(root.read('todoist/metrics.csv')).toBe(before)
  })

  it('has one entry for each parcel, of a file, a folder, a stdout and an ingest', async (test) => {
    const root = cliRoot()
    const configs = {
      file: 'cmd = "echo a > $PARCEL_PATH.txt"',
      folder: 'cmd = "mkdir $PARCEL_PATH; echo a > $PARCEL_PATH/a; echo bc > $PARCEL_PATH/b"',
      stdout: 'cmd = "echo []"\nstdout = "json"',
      ingest: 'ingest.paths = "in/*.txt"',
    }
    for (const [name, config] of Object.entries(configs))
      root.write(`${name}/config.toml`, `${config}\ninterval = "1w"`)
    root.write('ingest/in/a.txt', 'a')
    await run(root, 'run')
    for (const name of Object.keys(configs)) {
      const { parcels, metrics } = readBack(test, root, name)
      expect(parcels, name).toHaveLength(1)
      const [{ id, complete, bytes }] = parcels as [Read['parcels'][0]]
      expect(complete).toBe(true)
      expect(metrics[id]).toMatchObject({ success: 'Y', bytes })
    }
  })

  it('shows export_manager a failed export as an incomplete parcel, the newest one', async (test) => {
    const root = cliRoot()
    root.write('todoist/config.toml', 'cmd = "echo half > $PARCEL_PATH.txt; exit 1"')
    expect((await root.cli('export', 'todoist')).status).toBe(1)
    const { parcels, metrics } = readBack(test, root, 'todoist')
    expect(parcels).toMatchObject([{ complete: false, stdout: true, stderr: true, bytes: '5' }])
    expect(Object.values(metrics)).toMatchObject([{ success: 'N', bytes: '5' }])
  })

  it('shows export_manager no parcel that unsilo has pruned, and all of their metrics', async (test) => {
    const root = cliRoot()
    const config = 'cmd = "mkdir $PARCEL_PATH; echo a > $PARCEL_PATH/a"\nkeep = 1\ninterval = "1 day"'
    root.write('todoist/config.toml', config)
    for (const second of [1, 2, 3]) await run(root, 'export', 'todoist', '-p', `2020-01-01T00000${second}Z`)
    await run(root, 'run')
    const { parcels, metrics } = readBack(test, root, 'todoist')
    // The floor of three good parcels is lower for a smaller keep.
    expect(parcels).toHaveLength(1)
    expect(Object.keys(metrics)).toHaveLength(4)
  })
})
