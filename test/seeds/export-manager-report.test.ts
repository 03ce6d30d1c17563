import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot, day, hour, idAgo } from '../support/cli.ts'
import { dataNames, oldDataset, readmeConfig } from './export-manager.fixture.ts'

const tasks = 'task\ntask\n'

interface Found {
  warned: number
  datasets: {
    dataset: string
    health: string
    warnings: { health: string; message: string; hint: string }[]
    lastSuccess?: { parcel: string }
    metrics?: { parcels: { parcel: string; ageDays: number }[]; metrics: { name: string; values: string[] }[] }
  }[]
}

async function report(root: CliRoot, ...names: string[]): Promise<Found> {
  const ended = await root.cli('report', '--json', ...names)
  expect(ended.status).toBe(0)
  return ended.json() as Found
}

/** What the report says of the only dataset. */
async function warnings(root: CliRoot): Promise<string[]> {
  const { datasets } = await report(root)
  return datasets[0]!.warnings.map(({ message }) => message)
}

describe('the report on a folder made by export_manager', () => {
  it('has no warning when all is well', async () => {
    const root = cliRoot()
    const [id] = oldDataset(root, 'todoist', readmeConfig, [{ ago: hour, content: tasks, tasks: '2' }])
    expect(await report(root)).toMatchObject({
      warned: 0,
      datasets: [{ dataset: 'todoist', health: 'good', warnings: [], lastSuccess: { parcel: id } }],
    })
    expect(await root.cli('report', '--check')).toMatchObject({ status: 0, stderr: '' })
  })

  it('warns when there is no complete parcel', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [])
    expect(await warnings(root)).toContainEqual(expect.stringContaining('there is no good parcel'))
    expect((await root.cli('report', '--check')).status).toBe(1)
  })

  it('warns when it is overdue', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [{ ago: 3 * day, content: tasks, tasks: '2' }])
    expect(await warnings(root)).toEqual([
      expect.stringMatching(/^the last good parcel is from .* UTC; the interval is 1 day/),
    ])
  })

  it('warns when the newest parcel is incomplete', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [{ ago: 5 * hour, content: tasks, tasks: '2' }])
    const id = idAgo(4 * hour)
    root.write(`todoist/incomplete/${id}.txt`, 'half')
    root.write(`todoist/log/${id}.err`, 'no token\n')
    expect(await warnings(root)).toContainEqual(expect.stringMatching(/the newest export, of .* UTC, failed/))
  })

  it('warns when the newest export left nothing but its logs', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [{ ago: 5 * hour, content: tasks, tasks: '2' }])
    const id = idAgo(4 * hour)
    root.write('todoist/metrics.csv', `${root.read('todoist/metrics.csv')}${id},N,,,\r\n`)
    root.write(`todoist/log/${id}.out`, '')
    root.write(`todoist/log/${id}.err`, 'no token\n')
    expect(await warnings(root)).toContainEqual(expect.stringMatching(/the newest export, of .* UTC, failed/))
    expect((await root.cli('log', 'todoist', id)).stdout).toContain('no token')
  })

  it('warns when the newest success is gone from the disk', async () => {
    const root = cliRoot()
    const [, newest] = oldDataset(root, 'todoist', readmeConfig, [
      { ago: 5 * hour, content: tasks, tasks: '2' },
      { ago: 4 * hour, content: tasks, tasks: '2' },
    ])
    rmSync(join(root.path, `todoist/data/${newest}.txt`))
    expect(await warnings(root)).toContainEqual(
      expect.stringContaining(`the newest successful parcel, ${newest}, is gone`),
    )
  })

  it('warns when the metrics of the newest complete parcel are missing, or ERROR', async () => {
    const root = cliRoot()
    const [id] = oldDataset(root, 'todoist', readmeConfig, [{ ago: hour, content: tasks, tasks: 'ERROR' }])
    expect(await warnings(root)).toEqual([`metric tasks of ${id} is ERROR`])
    root.write('todoist/metrics.csv', 'parcel_id,success,files,bytes')
    expect(await warnings(root)).toEqual([`metrics of ${id} are missing`])
  })

  it('names the newest success of each dataset', async () => {
    const root = cliRoot()
    const [, a] = oldDataset(root, 'a', readmeConfig, [
      { ago: 2 * hour, content: tasks, tasks: '2' },
      { ago: hour, content: tasks, tasks: '2' },
    ])
    oldDataset(root, 'b', readmeConfig, [])
    const { datasets } = await report(root)
    const byName = Object.fromEntries(datasets.map(({ dataset, lastSuccess }) => [dataset, lastSuccess?.parcel]))
    expect(byName).toEqual({ a, b: undefined })
    const { stdout } = await root.cli('report')
    expect(stdout).toMatch(/b +never/)
    expect(stdout).toMatch(/a +good +1 hour ago/)
  })

  it('compares the newest success with those of 7 and 180 days before, pruned or not', async () => {
    const root = cliRoot()
    const [newest, , week, , halfYear] = oldDataset(root, 'todoist', readmeConfig, [
      { ago: hour, content: tasks, tasks: '9' },
      { ago: 6 * day, tasks: '8' },
      { ago: 7 * day + 2 * hour, tasks: '7' },
      { ago: 100 * day, tasks: '6' },
      { ago: 190 * day, tasks: '5' },
      { ago: 400 * day, tasks: '4' },
    ])
    const { metrics } = (await report(root)).datasets[0]!
    expect(metrics!.parcels).toEqual([
      { parcel: newest, ageDays: 0 },
      { parcel: week, ageDays: 7 },
      { parcel: halfYear, ageDays: 190 },
    ])
    expect(metrics!.metrics).toEqual([
      { name: 'files', values: ['1', '1', '1'] },
      { name: 'bytes', values: ['10', '15', '15'] },
      { name: 'tasks', values: ['9', '7', '5'] },
    ])
    const { stdout } = await root.cli('report')
    expect(stdout).toMatch(/tasks +9 +7 +5/)
    expect(stdout).toMatch(/−33 % +−33 %/)
  })

  it('counts a parcel that failed for nothing in the comparison', async () => {
    const root = cliRoot()
    const [newest, failed, week] = oldDataset(root, 'todoist', readmeConfig, [
      { ago: hour, content: tasks, tasks: '9' },
      { ago: 8 * day, tasks: '8' },
      { ago: 9 * day, tasks: '7' },
    ])
    root.write('todoist/metrics.csv', root.read('todoist/metrics.csv').replace(`${failed},Y`, `${failed},N`))
    const { metrics } = (await report(root)).datasets[0]!
    expect(metrics!.parcels.map(({ parcel }) => parcel)).toEqual([newest, week])
  })

  it('changes nothing', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [{ ago: 9 * day, content: tasks }])
    const before = [root.names('todoist'), root.read('todoist/metrics.csv')]
    await root.cli('report')
    expect([root.names('todoist'), root.read('todoist/metrics.csv')]).toEqual(before)
    expect(dataNames(root, 'todoist')).toHaveLength(1)
  })

  it('fits 80 columns', async () => {
    const root = cliRoot()
    for (const name of ['a-dataset-with-a-rather-long-name-that-goes-on', 'b', 'c'])
      oldDataset(root, name, readmeConfig, [{ ago: 20 * day, content: tasks, tasks: 'ERROR' }])
    oldDataset(root, 'd', 'cmd = "exit 1"', [])
    const { stdout } = await root.cli('report')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
