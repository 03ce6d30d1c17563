import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasProgram } from '../../src/system/machine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../support/test-dataset.ts'
import { damage, refusal, restoreTo } from './restore.fixture.ts'

const hasSqlite = await hasProgram('sqlite3', '--version')
const sql = (file: string, text: string): string => execFileSync('sqlite3', [file, text], { encoding: 'utf8' })

describe.skipIf(!hasSqlite)('an SQLite database is restored', () => {
  async function dataset(more = ''): Promise<TestDataset & { original: string }> {
    const folder = temporaryFolder()
    const original = join(folder, 'shop.db')
    sql(original, 'PRAGMA journal_mode = WAL; CREATE TABLE items (id INTEGER PRIMARY KEY, name)')
    sql(
      original,
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO items SELECT i, 'ü' || i FROM n",
    )
    const path = more.includes('compress') ? `${folder}/*.db` : original
    const test = testDataset(`${more}\n[source]\nkind = "sqlite"\npath = "${path}"\n`, 'db')
    const { exported } = await test.run({ exportNow: true })
    expect(exported).toMatchObject({ event: 'sealed' })
    return { ...test, original }
  }
  const rows = (file: string): string => sql(file, 'SELECT * FROM items ORDER BY id')
  const shop = { database: 'shop.db' }

  it.each(['', 'compress = "gzip"'])('with the same rows, into a new file (%s)', async (more) => {
    const test = await dataset(more)
    const to = join(temporaryFolder(), 'back.db')
    expect(await restoreTo(test, to, shop)).toMatchObject({ to, overwritten: false, verified: true })
    expect(rows(to)).toBe(rows(test.original))
    expect(fs.readdirSync(join(to, '..'))).toEqual(['back.db'])
  })

  it('in place of another, while a program has that open', async () => {
    const test = await dataset()
    const to = join(temporaryFolder(), 'back.db')
    sql(to, 'PRAGMA journal_mode = WAL; CREATE TABLE mine (n)')
    expect(await refusal(restoreTo(test, to, shop))).toMatchObject({
      code: 'clash',
      message: `${to} exists; nothing was touched`,
    })
    expect(sql(to, '.tables').trim()).toBe('mine')
    expect(await restoreTo(test, to, { ...shop, overwrite: true })).toMatchObject({ overwritten: true })
    expect(rows(to)).toBe(rows(test.original))
    expect(sql(to, 'PRAGMA integrity_check').trim()).toBe('ok')
  })

  it('never in place of another file, nor beside a log of another database, nor from a damaged parcel', async () => {
    const test = await dataset()
    const folder = temporaryFolder()
    const to = join(folder, 'back.db')
    fs.writeFileSync(to, 'a letter')
    expect(await refusal(restoreTo(test, to, { ...shop, overwrite: true }))).toMatchObject({
      message: `${to} is no SQLite database; nothing was touched`,
    })
    fs.rmSync(to)
    fs.writeFileSync(`${to}-wal`, 'old')
    expect(await refusal(restoreTo(test, to, shop))).toMatchObject({ code: 'clash' })
    fs.rmSync(`${to}-wal`)
    expect(await refusal(restoreTo(test, to))).toMatchObject({ code: 'not-found', hint: 'It has: shop.db.' })
    expect(await refusal(restoreTo(test, 'postgres://a/b', shop))).toMatchObject({ code: 'usage' })
    damage(test)
    expect(await refusal(restoreTo(test, to, shop))).toMatchObject({ code: 'corrupt' })
    expect(fs.readdirSync(folder)).toEqual([])
  })
})
