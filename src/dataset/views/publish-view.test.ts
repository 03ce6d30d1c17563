import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset } from '../../../test/support/test-dataset.ts'
import { makeReport } from '../../report/report.ts'
import { datasetWith, putParcel } from './views.fixture.ts'

const items = [
  { id: 2, form: 'sleep', at: '2026-02-27T23:30:00Z', hours: 7.5, note: 'so, "so"' },
  { id: 1, form: 'sleep', at: '2026-02-28T10:00:00Z', hours: 8, note: '=1+1' },
  { id: 3, form: 'mood', at: null, hours: -1, note: 'a\nb' },
]

const view = (block: string): string =>
  `timezone = "Europe/Berlin"\n[views.entries]\nkey = "id"\n[publish_view.tables]\n${block}\n`

function published(test: TestDataset, folder = join(test.folder, 'published')): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

const csv = (test: TestDataset, name: string): string[] =>
  readFileSync(join(test.folder, 'published', name), 'utf8').split('\r\n')

describe('the files of a view', () => {
  it('are one for each group, named by it and the day', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "{form}_{day}.csv"'), items)
    const outcome = await test.run()
    expect(outcome.problems).toEqual([])
    expect(outcome.written).toEqual([
      {
        name: 'tables',
        folder: join(test.folder, 'published'),
        files: 2,
        changed: 2,
        bytes: expect.any(Number) as number,
      },
    ])
    expect(published(test)).toEqual(['mood_2026-03-01.csv', 'sleep_2026-03-01.csv'])
    expect(csv(test, 'sleep_2026-03-01.csv')).toEqual([
      'id,form,at,hours,note',
      '1,sleep,2026-02-28T10:00:00Z,8,=1+1',
      '2,sleep,2026-02-27T23:30:00Z,7.5,"so, ""so"""',
      '',
    ])
  })

  it('take what is chosen, by days of a column in the time zone of the dataset', async () => {
    const test = datasetWith(
      view(`view = "entries"\nfile = "{day:at}/{month:at}.csv"\ncolumns = ["Hours", "note"]\norder = ["hours"]
where = "hours > 0"\nsafe_for_spreadsheets = true`),
      items,
    )
    await test.run()
    expect(published(test)).toEqual(['2026-02-28/2026-02.csv'])
    // 23:30 in UTC is the next day in Berlin.
    expect(csv(test, '2026-02-28/2026-02.csv')).toEqual(['hours,note', '7.5,"so, ""so"""', "8,'=1+1", ''])
  })

  it('are written in NDJSON and Parquet, and of a question', async () => {
    const config = `[views.entries]\nkey = "id"
[publish_view.lines]\nview = "entries"\nfile = "all.ndjson"\ncolumns = ["id", "hours"]
[publish_view.sums]\nsql = "SELECT form, sum(hours) AS hours FROM todoist.entries GROUP BY form ORDER BY hours;"\nfile = "sums.csv"
[publish_view.table]\nview = "entries"\nfile = "{form}.parquet"\n`
    const test = datasetWith(config, items)
    const outcome = await test.run()
    expect(outcome.problems).toEqual([])
    expect(published(test)).toEqual(['all.ndjson', 'mood.parquet', 'sleep.parquet', 'sums.csv'])
    expect(test.read('published/all.ndjson')).toBe(
      '{"id":1,"hours":8.0}\n{"id":2,"hours":7.5}\n{"id":3,"hours":-1.0}\n'.replaceAll('.0', ''),
    )
    expect(csv(test, 'sums.csv')).toEqual(['form,hours', 'mood,-1', 'sleep,15.5', ''])
    expect(test.read('published/mood.parquet').slice(0, 4)).toBe('PAR1')
    // The same again: a new day, nothing is new.
    test.clock.advance(86_400_000)
    expect((await test.run()).written?.map(({ changed }) => changed)).toEqual([0, 0, 0])
  })

  it('are written once a day and when a parcel has come; those that no group makes any more stay', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "{form}.csv"'), items)
    await test.run()
    expect((await test.run()).written).toBeUndefined()
    const before = statSync(join(test.folder, 'published/sleep.csv')).mtimeMs
    test.clock.advance(86_400_000)
    putParcel(test, '2026-03-01T070000Z', items.slice(0, 2))
    expect((await test.run()).written).toMatchObject([{ files: 1, changed: 0 }])
    expect(statSync(join(test.folder, 'published/sleep.csv')).mtimeMs).toBe(before)
    expect(published(test)).toEqual(['mood.csv', 'sleep.csv'])
    test.configure(view('view = "entries"\nfile = "{form}.csv"\nwith_absent = true'))
    expect((await test.run()).written).toMatchObject([{ files: 2, changed: 0 }])
  })

  it('are only told of by a dry run', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "{form}.csv"'), items)
    expect((await test.run({ dryRun: true })).planned?.write).toEqual(['tables'])
    await test.run()
    expect((await test.run({ dryRun: true })).planned?.write).toBeUndefined()
  })

  it('never take the place of a file that is not their own', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "notes.csv"'), items)
    mkdirSync(join(test.folder, 'published'))
    writeFileSync(join(test.folder, 'published/notes.csv'), 'mine')
    const outcome = await test.run()
    expect(outcome.problems).toMatchObject([{ code: 'clash' }])
    expect(csv(test, 'notes.csv')).toEqual(['mine'])
    // Once it is away they are written, and from then on replaced.
    rmSync(join(test.folder, 'published/notes.csv'))
    test.clock.advance(86_400_000)
    expect((await test.run()).problems).toEqual([])
    putParcel(test, '2026-03-01T070000Z', [...items, { id: 4, form: 'mood' }])
    test.clock.advance(86_400_000)
    expect((await test.run()).problems).toEqual([])
    expect(csv(test, 'notes.csv')).toHaveLength(6)
  })

  it('never leave their folder, whatever the values are', async () => {
    const forms = ['../../../escaped', '/etc/x', 'A', 'a', 'x\0y', '', null, 'CON', '.', '..', 'ü'.repeat(300)]
    const test = datasetWith(
      view('view = "entries"\nfile = "{form}/{form}.csv"'),
      forms.map((form, id) => ({ id, form })),
    )
    const outcome = await test.run()
    expect(outcome.written).toMatchObject([{ files: forms.length, changed: forms.length }])
    const names = published(test)
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(forms.length)
    expect(outcome.problems).toMatchObject([
      {
        severity: 'warning',
        message:
          'publish_view tables: 8 names of files were made safe: not all systems take what the values would make; ' +
          '2 files got a mark: their names would be the same, or differ in upper and lower case only',
      },
    ])
    expect(readdirSync(test.root)).toEqual(['todoist'])
    expect(names.map((name) => csv(test, name)).every((lines) => lines.length === 3)).toBe(true)
  })

  it('tell how to write one a day where there is one for each time', async () => {
    const keys = 'view = "entries"\nfile = "{at}.csv"\n[views.entries.columns]\nid = "id"\nat = "at :: timestamp"'
    const test = datasetWith(view(keys), [{ id: 1, at: '2026-03-01T10:00:00Z' }])
    expect((await test.run()).problems).toMatchObject([
      { hint: 'There is a file for each time in at; {day:at} in `file` makes one a day.' },
    ])
  })

  it('go to a folder elsewhere, and to targets, encrypted where parcels are', async () => {
    const elsewhere = temporaryFolder()
    const root = temporaryFolder()
    const recipient = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg'
    writeFileSync(
      join(root, 'unsilo.toml'),
      `[targets.nas]\nkind = "folder"\npath = "nas"\n[targets.cloud]\nkind = "folder"\npath = "cloud"\nencrypt = { kind = "age", recipients = ["${recipient}"] }\n`,
    )
    mkdirSync(join(root, 'nas'))
    mkdirSync(join(root, 'cloud'))
    const config = view(`view = "entries"\nfile = "{form}.csv"\nfolder = "${elsewhere}"\ntargets = ["nas", "cloud"]`)
    const test = datasetWith(config, items, 'todoist', root)
    expect((await test.run()).problems).toEqual([])
    expect(published(test, elsewhere)).toEqual(['mood.csv', 'sleep.csv'])
    expect(published(test, join(root, 'nas'))).toEqual(['todoist/published/mood.csv', 'todoist/published/sleep.csv'])
    const away = join(root, 'cloud/todoist/published')
    expect(readdirSync(away).sort()).toEqual(['mood.csv.age', 'sleep.csv.age'])
    expect(readFileSync(join(away, 'mood.csv.age'), 'latin1')).toMatch(/^age-encryption/)
  })

  it('are sent again after a target was away', async () => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'unsilo.toml'), '[targets.nas]\nkind = "folder"\npath = "nas"\n')
    const test = datasetWith(view('view = "entries"\nfile = "{form}.csv"\ntargets = ["nas"]'), items, 'todoist', root)
    writeFileSync(join(root, 'nas'), 'in the way')
    expect((await test.run()).problems).toMatchObject([
      { message: expect.stringContaining('nas has not got all files') as string },
    ])
    const { warnings } = (await makeReport([await test.open()], test.context)).datasets[0]!
    expect(warnings.filter(({ health }) => health === 'unlikely')).toMatchObject([
      { health: 'unlikely', message: 'files of publish_view tables have not arrived at nas' },
    ])
    rmSync(join(root, 'nas'))
    mkdirSync(join(root, 'nas'))
    test.clock.advance(86_400_000)
    expect((await test.run()).problems).toEqual([])
    expect(published(test, join(root, 'nas'))).toHaveLength(2)
  })

  it('are whole, or as they were, when the disk fails', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "{form}.csv"'), items)
    await test.run()
    const old = test.read('published/sleep.csv')
    test.clock.advance(86_400_000)
    putParcel(test, '2026-03-01T070000Z', [{ ...items[0], hours: 1 }])
    const { files } = breakingFiles((_, name) => (/^rename .*published/.test(name) ? { refuse: 'EIO' } : 'go on'))
    const outcome = await test.run({}, { ...test.system, files })
    expect(outcome.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('publish_view tables: ') as string },
    ])
    expect(test.read('published/sleep.csv')).toBe(old)
    expect(published(test)).toEqual(['mood.csv', 'sleep.csv'])
  })

  it('have no leftovers of runs that were killed beside them', async () => {
    const test = datasetWith(view('view = "entries"\nfile = "{form}.csv"'), items)
    mkdirSync(join(test.folder, 'published'))
    const [old, young] = ['.unsilo-0123456789ab-view.tmp', '.unsilo-0123456789ac-view.tmp']
    for (const name of [old, young]) writeFileSync(join(test.folder, 'published', name), 'half')
    utimesSync(join(test.folder, 'published', old), new Date(0), new Date(0))
    const now = test.clock.now()
    utimesSync(join(test.folder, 'published', young), now, now)
    await test.run()
    expect(published(test)).toEqual([young, 'mood.csv', 'sleep.csv'])
  })
})

describe('files of what is encrypted', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const sealed = (text: string): string =>
    publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('base64')
  const config = (key: string): string =>
    `[views.entries]\nkey = "id"\ndecrypt = [{ fields = "*RSA", scheme = "rsa-pkcs1v15", key = { file = "${key}" } }]
[publish_view.tables]\nview = "entries"\nfile = "{form}.csv"\n`

  it('have the plain text, and are left as they were while the key is away', async () => {
    const key = join(temporaryFolder(), 'key.pem')
    writeFileSync(key, pem)
    const test = datasetWith(config(key), [
      { id: 1, form: 'a', nameRSA: sealed('Jo') },
      { id: 2, form: 'a', nameRSA: 'damaged' },
    ])
    const outcome = await test.run()
    expect(csv(test, 'a.csv')).toEqual(['id,form,nameRSA', '1,a,Jo', '2,a,', ''])
    expect(outcome.problems.map(({ message }) => message)).toEqual([
      'check entries.nameRSA (decrypt) failed: 1 of 2 rows have a value of nameRSA that cannot be decrypted',
    ])
    rmSync(key)
    test.clock.advance(86_400_000)
    const later = await test.run()
    expect(later.problems.at(-1)).toMatchObject({ message: expect.stringContaining('nothing was written') as string })
    expect(csv(test, 'a.csv')).toContain('1,a,Jo')
  })
})
