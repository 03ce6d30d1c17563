import { describe, expect, it } from 'vitest'
import { cli, cliRoot, day, hour, idAgo, minute } from '../support/cli.ts'
import { dataNames, metricLines, oldDataset, readmeConfig } from './export-manager.fixture.ts'

const tasks = 'task\ntask\n'

describe('a folder made by export_manager', () => {
  it('goes on as it is: exported, measured and cleaned, its old rows kept', async () => {
    const root = cliRoot()
    const old = oldDataset(root, 'todoist', readmeConfig, [
      { ago: 200 * day, tasks: '1' },
      ...[6, 5, 4, 3, 2].map((days) => ({ ago: days * day, content: tasks, tasks: '2' })),
    ])
    const { status, stdout, stderr } = await cli(['process', 'todoist'], { cwd: root.path })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [, exported] = /exported (\S+Z)/.exec(stdout)!
    expect(dataNames(root, 'todoist')).toEqual([...old.slice(2).map((id) => `${id}.txt`), `${exported}.txt`])
    expect(root.read(`todoist/data/${exported}.txt`)).toBe('task\ntask\ntask\n')
    expect(metricLines(root, 'todoist')).toEqual([
      'parcel_id,success,files,bytes,tasks',
      `${old[0]},Y,1,15,1`,
      ...old.slice(1).map((id) => `${id},Y,1,10,2`),
      `${exported},Y,1,15,3`,
    ])
    expect(root.names('todoist/log')).not.toContain(`${old[1]}.out`)
    expect(root.names('todoist/log')).toEqual(expect.arrayContaining([`${old[2]}.out`, `${exported}.err`]))
    expect(root.names('todoist/incomplete')).toEqual(['.keep'])
  })

  it('is named by its path, from anywhere, as in export_manager', async () => {
    const root = cliRoot()
    oldDataset(root, 'exports/a', readmeConfig, [])
    oldDataset(root, 'exports/b', readmeConfig, [])
    const { status, stdout } = await root.cli('process', 'exports/a', `${root.path}/exports/b/`)
    expect(status).toBe(0)
    expect(stdout.match(/exported/g)).toHaveLength(2)
    expect(dataNames(root, 'exports/b')).toHaveLength(1)
  })

  it('may have a metrics.csv that is a heading without an end of line', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig.replace(/^metrics.*\n/m, ''), [])
    expect(root.read('todoist/metrics.csv')).toBe('parcel_id,success,files,bytes')
    expect((await root.cli('run')).status).toBe(0)
    const id = dataNames(root, 'todoist')[0]!.slice(0, 18)
    expect(root.read('todoist/metrics.csv')).toBe(`parcel_id,success,files,bytes\r\n${id},Y,1,15\r\n`)
  })

  it.each([
    ['not due when the newest parcel is younger than the interval', 23 * hour + 50 * minute, 1],
    ['due five minutes early, so that a daily timer never skips a day', 23 * hour + 57 * minute, 2],
    ['due when the newest parcel is as old as the interval', day + minute, 2],
  ])('is %s', async (_, ago, count) => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [{ ago, content: tasks }])
    expect((await root.cli('run')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toHaveLength(count)
  })

  it('goes by the newest of its parcels, whatever their order of making', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [
      { ago: hour, content: tasks },
      { ago: 9 * day, content: tasks },
    ])
    expect((await root.cli('run')).stdout).toMatch(/1 dataset not due/)
    expect(dataNames(root, 'todoist')).toHaveLength(2)
  })

  it('without an interval is exported on request only', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig.replace(/^interval.*\n/m, ''), [])
    expect((await root.cli('process')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toEqual([])
    expect((await root.cli('export', 'todoist')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toHaveLength(1)
  })

  it('without keep loses no parcel', async () => {
    const root = cliRoot()
    const parcels = [9, 8, 7, 6, 5, 4, 3, 2].map((days) => ({ ago: days * day, content: tasks }))
    oldDataset(root, 'todoist', readmeConfig.replace(/^keep.*\n/m, ''), parcels)
    expect((await root.cli('run')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toHaveLength(9)
  })

  it('takes an id for its export, and refuses one that is taken', async () => {
    const root = cliRoot()
    const [taken] = oldDataset(root, 'todoist', readmeConfig, [{ ago: day, content: tasks }])
    expect((await root.cli('export', 'todoist', '-p', '2001-01-01T010101Z')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toContain('2001-01-01T010101Z.txt')
    const again = await root.cli('export', 'todoist', '--parcel-id', taken!)
    expect(again.status).toBe(1)
    expect(again.stderr).toContain(`a parcel ${taken} already`)
    expect(root.read(`todoist/data/${taken}.txt`)).toBe(tasks)
  })
})

describe('an export command', () => {
  it('gets PARCEL_PATH and DATASET_PATH, and runs in a shell', async () => {
    const root = cliRoot()
    const cmd = 'echo $PARCEL_PATH > $PARCEL_PATH.txt && echo $DATASET_PATH >> $PARCEL_PATH.txt'
    oldDataset(root, 'todoist', `cmd = "${cmd}"`, [])
    expect((await root.cli('export', 'todoist')).status).toBe(0)
    const [name] = dataNames(root, 'todoist')
    const folder = `${root.path}/todoist`
    expect(root.read(`todoist/data/${name}`)).toBe(`${folder}/incomplete/${name!.slice(0, 18)}\n${folder}\n`)
  })

  it('may make a folder, whose files are counted', async () => {
    const root = cliRoot()
    const cmd = 'mkdir -p $PARCEL_PATH/in && printf 12345 > $PARCEL_PATH/in/a && printf 67 > $PARCEL_PATH/b'
    oldDataset(root, 'photos', `cmd = "${cmd}"\nmetrics.names.cmd = "ls $PARCEL_PATH | tr '\\\\n' ' '"`, [])
    expect((await root.cli('export', 'photos')).status).toBe(0)
    const [name] = dataNames(root, 'photos')
    expect(name).toMatch(/^\S{17}Z$/)
    expect(root.names(`photos/data/${name}`)).toEqual(['b', 'in'])
    expect(metricLines(root, 'photos').at(-1)).toBe(`${name},Y,2,7,b in`)
  })

  it('that fails gives a row with N and leaves its files and what it said', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', `cmd = "echo said; printf half > $PARCEL_PATH.txt; echo no token >&2; exit 3"`, [])
    const { status, stderr } = await root.cli('export', 'todoist')
    expect(status).toBe(1)
    expect(stderr).toMatch(/export \S+Z failed: exit status 3: no token/)
    const id = /export (\S+Z)/.exec(stderr)![1]
    expect(metricLines(root, 'todoist')).toEqual(['parcel_id,success,files,bytes', `${id},N,1,4`])
    expect(dataNames(root, 'todoist')).toEqual([])
    expect(root.names('todoist/incomplete')).toContain(`${id}.txt`)
    expect(root.read(`todoist/log/${id}.out`)).toBe('said\n')
    expect(root.read(`todoist/log/${id}.err`)).toBe('no token\n')
  })

  it('that writes nothing has failed, whatever it answers', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', `cmd = "echo hi"`, [])
    const { status, stderr } = await root.cli('export', 'todoist')
    expect(status).toBe(1)
    expect(stderr).toContain('wrote nothing to $PARCEL_PATH')
    expect(metricLines(root, 'todoist').at(-1)).toMatch(/^\S+Z,N,,$/)
  })

  it('that fails costs no good parcel: keep counts successes', async () => {
    const root = cliRoot()
    const parcels = [7, 6, 5, 4, 3].map((days) => ({ ago: days * day, content: tasks }))
    const old = oldDataset(root, 'todoist', 'cmd = "exit 1"\ninterval = "1 day"\nkeep = 5', parcels)
    expect((await root.cli('run')).status).toBe(1)
    expect(dataNames(root, 'todoist')).toEqual(old.map((id) => `${id}.txt`))
  })
})

describe('a metric', () => {
  it('that is new adds a column at the end, with empty cells before', async () => {
    const root = cliRoot()
    const config = `${readmeConfig}metrics.longest.cmd = "head -n 1 $PARCEL_PATH | tr -d '\\n' | wc -c"\n`
    const old = oldDataset(root, 'todoist', config, [{ ago: 2 * day, content: tasks, tasks: '2' }])
    expect((await root.cli('run')).status).toBe(0)
    const [head, first, second] = metricLines(root, 'todoist')
    expect(head).toBe('parcel_id,success,files,bytes,tasks,longest')
    expect(first).toBe(`${old[0]},Y,1,10,2,`)
    expect(second).toMatch(/Z,Y,1,15,3,4$/)
  })

  it('that is no longer configured keeps its column', async () => {
    const root = cliRoot()
    const config = readmeConfig.replace(/^metrics.*\n/m, '')
    oldDataset(root, 'todoist', config, [{ ago: 2 * day, content: tasks, tasks: '2' }])
    expect((await root.cli('run')).status).toBe(0)
    expect(metricLines(root, 'todoist').at(-1)).toMatch(/Z,Y,1,15,$/)
  })

  it('that fails is ERROR and a warning, and the parcel is a good one', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig.replace('grep -c task', 'cat /nowhere/'), [])
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(0)
    expect(stderr).toMatch(/metric tasks of \S+Z: .*nowhere/)
    expect(metricLines(root, 'todoist').at(-1)).toMatch(/,Y,1,15,ERROR$/)
    expect((await root.cli('parcels', 'todoist')).stdout).toContain('good')
  })

  it('gets PARCEL_PATH of the sealed parcel and DATASET_PATH', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', `${readmeConfig}metrics.where.cmd = "echo $PARCEL_PATH in $DATASET_PATH"\n`, [])
    expect((await root.cli('run')).status).toBe(0)
    const [name] = dataNames(root, 'todoist')
    const folder = `${root.path}/todoist`
    expect(metricLines(root, 'todoist').at(-1)).toContain(`,${folder}/data/${name} in ${folder}`)
  })

  it('that is a word with commas and quotes is quoted as Python does', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', `${readmeConfig}metrics.said.cmd = '''echo 'a "b", c' '''\n`, [])
    expect((await root.cli('run')).status).toBe(0)
    expect(metricLines(root, 'todoist').at(-1)).toContain(',"a ""b"", c"')
  })

  it.each([['reprocess-metrics'], ['reprocess_metrics'], ['metrics', 'recompute']])(
    'is measured again for all parcels, or for one, by %s',
    async (...verb) => {
      const root = cliRoot()
      const old = oldDataset(root, 'todoist', readmeConfig, [
        { ago: 300 * day, tasks: '7' },
        { ago: 2 * day, content: tasks },
        { ago: hour, content: 'task\n' },
      ])
      expect((await root.cli(...verb, '-p', old[1]!, 'todoist')).status).toBe(0)
      expect(metricLines(root, 'todoist').slice(2)).toEqual([`${old[1]},Y,1,10,2`, `${old[2]},Y,1,5,`])
      expect((await root.cli(...verb, 'todoist')).status).toBe(0)
      expect(metricLines(root, 'todoist').slice(1)).toEqual([
        `${old[0]},Y,1,15,7`,
        `${old[1]},Y,1,10,2`,
        `${old[2]},Y,1,5,1`,
      ])
    },
  )

  it('is measured for what lies in incomplete/ too, with N', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', readmeConfig, [])
    const id = idAgo(3 * day)
    root.write(`todoist/incomplete/${id}.txt`, 'task')
    expect((await root.cli('reprocess-metrics', 'todoist')).status).toBe(0)
    expect(metricLines(root, 'todoist').at(-1)).toBe(`${id},N,1,4,1`)
  })
})
