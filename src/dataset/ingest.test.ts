import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zipArchive } from '../parcel/format/zip.fixture.ts'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { otherDisk, temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { systemFiles } from '../system/files.ts'
import { ingestFile } from './ingest-file.ts'

const changedAt = new Date('2026-02-03T04:05:06Z')
const id = '2026-02-03T040506Z'

/** Puts a file where the user's downloads are, changed at `changedAt`. */
function put(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, changedAt, changedAt)
  return path
}

const inbox = (test: TestDataset, name: string): string => join(test.folder, 'inbox', name)

function byMtime(paths = '["inbox/*"]', more = ''): TestDataset {
  return testDataset(`${more}\ningest.paths = ${paths}\ningest.time_source = "mtime"`)
}

describe('a file that ingest.paths finds', () => {
  it('is moved in under the time that it was changed, and measured', async () => {
    const test = byMtime()
    put(inbox(test, 'takeout.tar.gz.json'), '[1]\n')
    const outcome = await test.run()
    expect(outcome).toMatchObject({
      problems: [],
      exported: undefined,
      ingested: [{ sealed: { parcel: id, files: 1, bytes: 4 } }],
    })
    expect(test.names('data')).toEqual([`${id}.json`])
    expect(readdirSync(join(test.folder, 'inbox'))).toEqual([])
    expect(test.read('metrics.csv')).toContain(`${id},Y,1,4`)
    expect(test.history().entries.map(({ event }) => event)).toEqual(['started', 'sealed'])
  })

  it('is moved in under the time of the run when that is asked for, each file in a second of its own', async () => {
    const test = testDataset('ingest.paths = "inbox/*"')
    put(inbox(test, 'b.json'), '[2]')
    put(inbox(test, 'a.json'), '[1]')
    expect((await test.run()).problems).toEqual([])
    expect(test.names('data')).toEqual(['2026-03-01T060000Z.json', '2026-03-01T060001Z.json'])
    expect(test.read('data/2026-03-01T060000Z.json')).toBe('[1]')
  })

  it('may be a folder, which is moved in whole', async () => {
    const test = byMtime()
    put(inbox(test, 'dump/deep/a.txt'), 'one')
    symlinkSync('deep/a.txt', inbox(test, 'dump/link'))
    utimesSync(inbox(test, 'dump'), changedAt, changedAt)
    const { ingested } = await test.run()
    expect(ingested).toMatchObject([{ sealed: { name: id, files: 1, bytes: 3 } }])
    expect(readFileSync(join(test.folder, 'data', id, 'link'), 'utf8')).toBe('one')
    expect(test.names('log')).toEqual([`${id}.sha256`])
  })

  it('stays where it is when its id is taken, and nothing is lost', async () => {
    const test = byMtime()
    put(inbox(test, 'a.json'), '[1]')
    put(inbox(test, 'b.csv'), 'x,y')
    const { ingested, problems } = await test.run()
    expect(ingested).toHaveLength(1)
    expect(problems).toMatchObject([
      {
        severity: 'error',
        code: 'clash',
        message: `cannot ingest ${inbox(test, 'b.csv')}: todoist has, or had, a parcel ${id} already`,
      },
    ])
    expect([test.names('data'), readdirSync(join(test.folder, 'inbox'))]).toEqual([[`${id}.json`], ['b.csv']])
  })

  it('does not take the id of a parcel that was pruned, or that only metrics.csv knows', async () => {
    const test = byMtime()
    writeFileSync(join(test.folder, 'metrics.csv'), `parcel_id,success,files,bytes\r\n${id},Y,1,4\r\n`)
    put(inbox(test, 'a.json'), '[1]')
    expect((await test.run()).problems).toMatchObject([{ code: 'clash' }])
    expect(existsSync(inbox(test, 'a.json'))).toBe(true)
  })

  it.each([
    ['takeout.zip', zipArchive([{ name: 'a', content: 'x'.repeat(500) }]).subarray(0, 60)],
    ['tasks.json', '[1, 2'],
    ['tasks.json', ''],
  ])('stays where it is when it is cut off, with a message that names it (%s)', async (name, content) => {
    const test = byMtime()
    put(inbox(test, name), content)
    const { ingested, problems } = await test.run()
    expect([ingested, test.names('data'), test.names('incomplete')]).toEqual([[], [], []])
    expect(problems).toHaveLength(1)
    expect(problems[0]!.code).toMatch(/wrong-content|empty/)
    expect(problems[0]!.message).toContain(name)
    expect(readFileSync(inbox(test, name))).toHaveLength(content.length)
    // Nothing has begun, so nothing counts as a failed attempt.
    expect(test.history().parcels).toEqual([])
  })

  it('stays where it is while it is still being written', async () => {
    const test = byMtime()
    const path = put(inbox(test, 'a.txt'), 'begun')
    const files = {
      ...systemFiles,
      async sync(synced: string) {
        await systemFiles.sync(synced)
        if (synced === path && statSync(path).size === 5) writeFileSync(path, 'begun, and more')
      },
    }
    const first = await test.run({}, { ...test.system, files })
    expect(first.problems).toMatchObject([
      { code: 'busy', message: `${path} is still being written; it was left where it is` },
    ])
    expect(test.names('data')).toEqual([])
    utimesSync(path, changedAt, changedAt)
    expect((await test.run()).ingested).toHaveLength(1)
    expect(test.names('data')).toHaveLength(1)
  })

  it('stays where it is while a process has it open for writing', async () => {
    const test = byMtime()
    const path = put(inbox(test, 'a.txt'), 'begun')
    const open = openSync(path, 'r+')
    expect((await test.run()).problems).toMatchObject([{ code: 'busy' }])
    closeSync(open)
    expect((await test.run()).ingested).toHaveLength(1)
  })

  it('stays where it is when it is dated ahead of the clock', async () => {
    const test = byMtime()
    const path = put(inbox(test, 'a.txt'), 'x')
    utimesSync(path, new Date('2030-01-01'), new Date('2030-01-01'))
    expect((await test.run()).problems).toMatchObject([
      { code: 'usage', message: expect.stringContaining('ahead of the clock') as string },
    ])
    expect(existsSync(path)).toBe(true)
  })

  it('goes in only as far as the rules keep it, the newest of a batch first; the others stay', async () => {
    const test = testDataset('ingest = { paths = ["inbox/*.json"], time_source = "mtime" }\nkeep = 2\n')
    for (const day of [1, 2, 3, 4]) {
      const time = new Date(`2026-02-0${day}T10:00:00Z`)
      utimesSync(put(inbox(test, `${day}.json`), `[${day}]`), time, time)
    }
    for (let run = 0; run < 2; run++) {
      await test.run()
      expect(test.names('data')).toEqual(['2026-02-03T100000Z.json', '2026-02-04T100000Z.json'])
      expect(readdirSync(join(test.folder, 'inbox')).sort()).toEqual(['1.json', '2.json'])
    }
  })

  it('is not taken out of another dataset', async () => {
    const test = testDataset('ingest.paths = ["../*", "../other/data/*"]\n')
    const other = testDataset('cmd = "echo x > $PARCEL_PATH.txt"\ninterval = "1 hour"', 'other', test.root)
    await other.run()
    expect((await test.run()).ingested).toEqual([])
    expect(other.names('data')).toHaveLength(1)
  })

  it('is not followed when it is a link, whose target is not the user’s to give away', async () => {
    const test = byMtime()
    put(join(test.root, 'elsewhere.json'), '[1]')
    mkdirSync(join(test.folder, 'inbox'))
    symlinkSync(join(test.root, 'elsewhere.json'), inbox(test, 'link.json'))
    const { problems } = await test.run()
    expect(problems).toMatchObject([{ code: 'wrong-content' }])
    expect([test.names('data'), existsSync(join(test.root, 'elsewhere.json'))]).toEqual([[], true])
  })

  it('is never one of the dataset’s own files or folders, nor a folder that the dataset lies in', async () => {
    const config = `interval = "1 day"
cmd = "echo 1 > $PARCEL_PATH.json"
ingest.paths = ["*", "**/*.json", ".*", "../*", "../../outer"]`
    const test = testDataset(config, 'todoist', join(temporaryFolder(), 'outer'))
    await test.run()
    test.clock.advance(86_400_000)
    expect(await test.run()).toMatchObject({ ingested: [], problems: [] })
    expect(test.names('data')).toHaveLength(2)
    expect(test.read('config.toml')).toBe(config)
  })
})

describe('a file on another file system', () => {
  // Both places have to be there, on two devices, for a rename to be refused.
  const test = it.skipIf(otherDisk === undefined)
  const elsewhere = (): string => temporaryFolder(otherDisk)

  test('is copied, proved, sealed, and only then removed', async () => {
    const folder = elsewhere()
    const dataset = byMtime(`["${folder}/*"]`)
    const content = Buffer.alloc(3_000_000, 'x')
    put(join(folder, 'big.txt'), content)
    const { ingested, problems } = await dataset.run()
    expect([problems, ingested.length]).toEqual([[], 1])
    expect(readFileSync(join(dataset.folder, `data/${id}.txt`)).equals(content)).toBe(true)
    expect([readdirSync(folder), dataset.names('incomplete')]).toEqual([[], []])
  })

  test('may be a folder with links and hidden files', async () => {
    const folder = elsewhere()
    const dataset = byMtime(`["${folder}/*"]`)
    put(join(folder, 'dump/deep/a'), 'one')
    put(join(folder, 'dump/.hidden'), 'two')
    symlinkSync('deep/a', join(folder, 'dump/link'))
    utimesSync(join(folder, 'dump'), changedAt, changedAt)
    expect((await dataset.run()).problems).toEqual([])
    const sealed = join(dataset.folder, 'data', id)
    expect(readdirSync(sealed).sort()).toEqual(['.hidden', 'deep', 'link'])
    expect(readlinkSync(join(sealed, 'link'))).toBe('deep/a')
    expect(existsSync(join(folder, 'dump'))).toBe(false)
  })

  test('stays where it is when there is no room for the copy', async () => {
    const folder = elsewhere()
    const dataset = byMtime(`["${folder}/*"]`)
    put(join(folder, 'a.txt'), 'one')
    const { files } = breakingFiles((_, name) =>
      name.startsWith('write') && name.endsWith('.txt') ? { refuse: 'ENOSPC' } : 'go on',
    )
    const { problems } = await dataset.run({}, { ...dataset.system, files })
    expect(problems).toMatchObject([{ code: 'no-space' }])
    expect([dataset.names('data'), readdirSync(folder)]).toEqual([[], ['a.txt']])
    expect((await dataset.run()).problems).toEqual([])
    expect([dataset.names('data'), readdirSync(folder)]).toEqual([[`${id}.txt`], []])
  })
})

describe('a file that the user names', () => {
  it('is moved in under the id that the user gives, and measured', async () => {
    const test = testDataset('metrics.lines.cmd = "wc -l < $PARCEL_PATH"')
    const path = put(join(temporaryFolder(), 'Old Export.CSV'), 'a,b\n1,2\n')
    const { sealed, problems } = await ingestFile(await test.open(), test.context, path, '2020-01-01T000000Z')
    expect([sealed.name, problems]).toEqual(['2020-01-01T000000Z.CSV', []])
    expect(test.read('metrics.csv')).toContain('2020-01-01T000000Z,Y,1,8,2')
    await expect(ingestFile(await test.open(), test.context, path)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is not lost to another name for the same file', async () => {
    const test = testDataset('')
    const path = put(join(test.root, 'a.txt'), 'one')
    linkSync(path, join(test.root, 'b.txt'))
    await ingestFile(await test.open(), test.context, path)
    expect(readFileSync(join(test.root, 'b.txt'), 'utf8')).toBe('one')
  })
})
