import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli, cliRoot, day, idAgo } from '../support/cli.ts'
import { dataNames, metricLines, oldDataset } from './export-manager.fixture.ts'

const changedAt = new Date('2020-01-05T02:02:02Z')
const id = '2020-01-05T020202Z'

describe('ingest', () => {
  it('moves what a relative path finds, by the time of the file', async () => {
    const root = cliRoot()
    const config =
      'ingest.paths = "foo/*.txt"\ningest.time_source = "mtime"\nmetrics.words.cmd = "wc -w < $PARCEL_PATH"'
    oldDataset(root, 'todoist', config, [])
    root.write('todoist/foo/blah.txt', 'hooray', changedAt)
    root.write('todoist/foo/other.json', '{}')
    const { status, stdout } = await root.cli('process')
    expect(status).toBe(0)
    expect(stdout).toContain(`ingested ${root.path}/todoist/foo/blah.txt as ${id}`)
    expect(root.names('todoist/foo')).toEqual(['other.json'])
    expect(root.read(`todoist/data/${id}.txt`)).toBe('hooray')
    expect(metricLines(root, 'todoist')).toEqual(['parcel_id,success,files,bytes,words', `${id},Y,1,6,1`])
  })

  it('moves what a list of absolute paths and paths from home finds, by the time now', async () => {
    const root = cliRoot()
    const environment = { HOME: `${root.path}/home` }
    oldDataset(root, 'todoist', `ingest.paths = ["~/Downloads/a-*.txt", "${root.path}/drop/*"]`, [])
    root.write('home/Downloads/a-1.txt', 'one', changedAt)
    root.write('drop/b.json', '[2]', changedAt)
    const before = idAgo(1000)
    expect((await cli(['run'], { cwd: root.path, environment })).status).toBe(0)
    const names = dataNames(root, 'todoist')
    expect(names.map((name) => name.slice(18)).sort()).toEqual(['.json', '.txt'])
    expect(names.every((name) => name > before)).toBe(true)
    expect([...root.names('home/Downloads'), ...root.names('drop')]).toEqual([])
  })

  it('keeps the whole of an extension, and takes a folder as a folder', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', 'ingest.paths = ["in/*"]\ningest.time_source = "mtime"', [])
    const folder = root.write('todoist/in/photos/a/b.jpg', 'jpg').replace('/a/b.jpg', '')
    utimesSync(folder, changedAt, changedAt)
    root.write('todoist/in/backup.tar.xz', 'xz', new Date(changedAt.getTime() + 1000))
    root.write('todoist/in/NOTES', 'bare', new Date(changedAt.getTime() + 2000))
    expect((await root.cli('run')).status).toBe(0)
    expect(dataNames(root, 'todoist')).toEqual([id, '2020-01-05T020203Z.tar.xz', '2020-01-05T020204Z'])
    expect(root.read(`todoist/data/${id}/a/b.jpg`)).toBe('jpg')
    expect(root.names('todoist/in')).toEqual([])
  })

  it('makes an export unnecessary when what it moved in is new enough', async () => {
    const root = cliRoot()
    const config = 'cmd = "echo yay > $PARCEL_PATH.txt"\ninterval = "1 day"\ningest.paths = "in/*"\n'
    oldDataset(root, 'todoist', `${config}ingest.time_source = "mtime"`, [])
    root.write('todoist/in/foo.txt', 'hooray', new Date(Date.now() - day / 2))
    expect((await root.cli('run')).stdout).not.toContain('exported')
    expect(dataNames(root, 'todoist')).toHaveLength(1)
    root.write('todoist/config.toml', config.replace('1 day', '1 hour').replace('in/*', 'none/*'))
    expect((await root.cli('run')).stdout).toContain('exported')
  })

  it('and export happen in one run', async () => {
    const root = cliRoot()
    const config = 'cmd = "echo yay > $PARCEL_PATH.txt"\ninterval = "1 day"\ningest.paths = "in/*"\n'
    oldDataset(root, 'todoist', `${config}ingest.time_source = "mtime"`, [])
    root.write('todoist/in/foo.txt', 'hooray', changedAt)
    expect((await root.cli('run')).stdout).toMatch(/ingested[^]*exported/)
    expect(dataNames(root, 'todoist')).toHaveLength(2)
    expect(metricLines(root, 'todoist')).toHaveLength(3)
  })

  it('leaves a file whose id is taken where it is, and says what to do', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', 'ingest.paths = "in/*"\ningest.time_source = "mtime"', [])
    root.write('todoist/in/a.txt', 'first', changedAt)
    root.write('todoist/in/b.txt', 'second', changedAt)
    root.write('todoist/in/c.txt', 'third', new Date(changedAt.getTime() + 5000))
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toContain(`cannot ingest ${root.path}/todoist/in/b.txt: todoist has, or had, a parcel ${id} already`)
    expect(stderr).toContain('left where it is')
    expect(root.names('todoist/in')).toEqual(['b.txt'])
    expect(root.read('todoist/in/b.txt')).toBe('second')
    expect(root.read(`todoist/data/${id}.txt`)).toBe('first')
    expect(dataNames(root, 'todoist')).toHaveLength(2)
  })

  it('never takes the id of a parcel that export_manager has cleaned away', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', 'ingest.paths = "in/*"\ningest.time_source = "mtime"', [])
    root.write('todoist/metrics.csv', `parcel_id,success,files,bytes\r\n${id},Y,1,9\r\n`)
    root.write('todoist/in/a.txt', 'again', changedAt)
    expect((await root.cli('run')).status).toBe(1)
    expect(root.names('todoist/in')).toEqual(['a.txt'])
    expect(metricLines(root, 'todoist')[1]).toBe(`${id},Y,1,9`)
  })

  it('finds nothing without complaint', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', 'ingest.paths = ["foo", "bar/*.txt", "/nowhere/at/all/*"]', [])
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
  })

  it('by hand takes one file or folder, by the time now or a given id', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', '', [])
    root.write('backup.zip.txt', 'text')
    root.write('album/1.jpg', 'jpg')
    const before = idAgo(1000)
    expect((await root.cli('ingest', 'todoist', 'backup.zip.txt')).status).toBe(0)
    expect((await root.cli('ingest', 'todoist', 'album', '-p', id)).status).toBe(0)
    const names = dataNames(root, 'todoist')
    expect(names[0]).toBe(id)
    expect(names[1]! > before && names[1]!.endsWith('Z.txt')).toBe(true)
    expect(root.names('.')).toEqual(['log', 'todoist'])
    expect(metricLines(root, 'todoist').slice(1)).toEqual([`${id},Y,1,3`, `${names[1]!.slice(0, 18)},Y,1,4`])
  })

  it('by hand refuses an id that is taken, and a file that is not there', async () => {
    const root = cliRoot()
    oldDataset(root, 'todoist', '', [])
    root.write(`todoist/data/${id}.txt`, 'old')
    root.write('new.txt', 'new')
    const clash = await root.cli('ingest', 'todoist', 'new.txt', '-p', id)
    expect(clash.status).toBe(1)
    expect(clash.stderr).toContain(`a parcel ${id} already`)
    expect(root.read('new.txt')).toBe('new')
    expect(root.read(`todoist/data/${id}.txt`)).toBe('old')
    const missing = await root.cli('ingest', 'todoist', 'nothing.txt')
    expect(missing.status).toBe(2)
    expect(missing.stderr).toContain('nothing.txt: it is not there')
  })
})
