import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { restoreDatabaseFrom } from '../../src/dataset/restore-database-from.ts'
import { restoreRoot } from '../../src/dataset/restore-root.ts'
import { hasProgram } from '../../src/system/machine.ts'
import { kindNamed, streamOf } from '../rest/kinds.fixture.ts'
import { hour, scenes } from '../rest/rest.fixture.ts'
import { cli } from '../support/cli.ts'
import { folderAt, id, publishing } from '../support/publishing-dataset.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { testDataset } from '../support/test-dataset.ts'
import { refusal } from './restore.fixture.ts'

const hasSqlite = await hasProgram('sqlite3', '--version')
const scene = scenes()

describe.skipIf(!hasSqlite)('a database is restored from a target', () => {
  it('when its dataset is gone, and not from a damaged copy', async () => {
    const folder = temporaryFolder()
    const sql = (file: string, text: string): string => execFileSync('sqlite3', [file, text], { encoding: 'utf8' })
    sql(join(folder, 'shop.db'), "CREATE TABLE items (id INTEGER PRIMARY KEY, name); INSERT INTO items VALUES (7, 'ü')")
    const test = publishing(`[source]\nkind = "sqlite"\npath = "${folder}/shop.db"\n`)
    expect((await test.run()).published).toHaveLength(1)
    fs.rmSync(test.root, { recursive: true })
    const place = join(test.place, 'vault-disk/exports')
    const from = { from: folderAt('vault', place), identities: [], name: 'todoist', parcel: 'latest' }
    const to = join(folder, 'back.db')
    const options = { database: 'shop.db', folder, to }
    expect(await restoreDatabaseFrom(from, test.context, options)).toMatchObject({ parcel: id, to, verified: true })
    expect(sql(to, 'SELECT * FROM items').trim()).toBe('7|ü')
    const [name] = fs.readdirSync(join(place, 'todoist/data'))
    fs.appendFileSync(join(place, 'todoist/data', name!), '!')
    const again = { ...options, to: join(folder, 'again.db') }
    expect(await refusal(restoreDatabaseFrom(from, test.context, again))).toMatchObject({
      code: 'corrupt',
      hint: 'The database was not touched.',
    })
    expect(fs.existsSync(again.to)).toBe(false)
  })
})

it('a REST dataset goes on from its mark after its root was restored', async () => {
  const cursor = 'cursor = { field = "updated_at", param = "since" }'
  const made = await scene('')
  const place = temporaryFolder()
  fs.writeFileSync(join(made.dataset.root, 'unsilo.toml'), `[targets.vault]\nkind = "folder"\npath = "${place}"\n`)
  made.configure(streamOf(kindNamed('token'), 50, cursor, 'sort = "updated_at"'), 'publish = ["vault"]')
  const first = await made.exportWell()
  const to = join(temporaryFolder(), 'root')
  const { context, clock, system } = made.dataset
  await restoreRoot({ from: folderAt('vault', place), identities: [], besides: [], root: to }, context)
  const back = testDataset(fs.readFileSync(join(to, 'todoist/config.toml'), 'utf8'), 'todoist', to)
  clock.advance(hour)
  made.service.account.add(2)
  const { exported, published, problems } = await back.run({ exportNow: true }, system)
  expect(problems).toEqual([])
  // Only what is new was asked for, and only that was published.
  expect(exported).toMatchObject({ event: 'sealed', state: 'good', holds: 'part' })
  expect(published).toHaveLength(1)
  expect(first).not.toHaveProperty('holds', 'part')
})

describe('restore --from is refused', () => {
  it.each([
    [['restore'], 2, 'there is no dataset to restore'],
    [['restore', '--from', 'vault'], 2, 'the folder that --root names'],
    [['restore', 'a'], 2, 'there is no --to'],
    [['restore', 'a', '--to', 'x', '--identity', 'k'], 2, '--identity needs --from'],
    [['restore', 'a', '--to', 'x', '--from', 'valt'], 2, 'Did you mean "vault"?'],
    [
      ['restore', 'a', '--to', 'x', '--from', 'vault', '--config', 'no.toml'],
      2,
      'no.toml, which would say where vault is',
    ],
    [['restore', 'a', '--to', 'x', '--from', 'vault', '--config', 'bad.toml'], 3, 'bad.toml:1: targets.vault'],
    [['restore', 'a', '--to', 'x', '--from', 'vault', '--identity', 'no'], 2, 'no with a secret key'],
    [['restore', 'a', '--to', 'x', '--from', 'vault', '--identity', 'bad.toml'], 3, 'no secret key of age'],
    [['--root', 'new', 'restore', '--from', 'vault', '--config', 'unsilo.toml', '--raw'], 2, '--raw needs a dataset'],
    [['--root', 'new', 'restore', '--from', 'vault', '--config', 'unsilo.toml'], 2, 'vault has no dataset'],
  ])('%j', async (args, status, message) => {
    const cwd = temporaryFolder()
    fs.writeFileSync(join(cwd, 'unsilo.toml'), '[targets.vault]\nkind = "folder"\npath = "vault"\n')
    fs.writeFileSync(join(cwd, 'bad.toml'), 'targets.vault = { kind = "folder" }\n')
    const ended = await cli(args, { cwd })
    expect(ended.stderr).toContain(message)
    expect(ended.status).toBe(status)
    expect(fs.readdirSync(cwd).sort()).toEqual(['bad.toml', 'unsilo.toml'])
  })
})
