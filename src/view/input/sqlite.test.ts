import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { archiveTrees } from '../../archive/archive.ts'
import { itemsOf, plain } from './input.fixture.ts'

let folder: string
beforeEach(() => (folder = temporaryFolder()))

function database(name: string, ...statements: string[]): string {
  const path = join(folder, name)
  execFileSync('sqlite3', [path, ...statements])
  return path
}

const texts = async (...parameters: Parameters<typeof itemsOf>) =>
  (await itemsOf(...parameters)).map((one) => ('json' in one ? Buffer.from(one.json).toString() : one.problem))

describe('an SQLite database', () => {
  it('gives the rows of a table, exactly', async () => {
    const path = database(
      'a.sqlite',
      `CREATE TABLE "t ""x'y" (id INTEGER, "a'""b" TEXT, r REAL, n, b BLOB)`,
      `INSERT INTO "t ""x'y" VALUES (9223372036854775807, 'é "x"' || char(10, 0, 13) || 'y', 0.1, NULL, x'00ff'),
        (-1, '{"":"AB"}', -9e999, 1e300, x''), (0, json('{"a":1}'), 5e-324, 3.0, cast(x'ff41' AS text))`,
    )
    expect(await texts(path, { table: `t "x'y` })).toEqual([
      String.raw`{"id":9223372036854775807,"a'\"b":"é \"x\"\n\u0000\ry","r":0.1,"n":null,"b":"AP8="}`,
      String.raw`{"id":-1,"a'\"b":"{\"\":\"AB\"}","r":"-Infinity","n":1.0e+300,"b":""}`,
      expect.stringMatching(/^\{"id":0,"a'\\"b":"\{\\"a\\":1\}","r":4\.9.*e-324,"n":3\.0,"b":"\ufffdA"\}$/),
    ])
  })

  it('gives the rows of a query, which has no way to write', async () => {
    const path = database('a.db', 'CREATE TABLE t (id, x)', "INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    const before = readFileSync(path)
    expect(await texts(path, { sql: 'SELECT x, count(*) AS n, x FROM t GROUP BY x; -- each' })).toEqual([
      '{"x":"a","n":1,"x:1":"a"}',
      '{"x":"b","n":1,"x:1":"b"}',
    ])
    expect(await texts(path, { sql: 'SELECT 1; DELETE FROM t' })).toEqual([expect.stringContaining('sqlite3:')])
    expect(await texts(path, { sql: '.shell touch here' })).toEqual([expect.stringContaining('sqlite3:')])
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['a.db'])
  })

  it('is read with what its log holds, and stays as it is', async () => {
    mkdirSync(join(folder, 'parcel'))
    const copies = ['', '-wal'].map(
      (end) => `'.shell cp ${join(folder, 'live')}${end} ${join(folder, 'parcel', 'History')}${end}'`,
    )
    // The connection is still open when the files are copied, so the rows are only in the log.
    const commands = [
      '"PRAGMA journal_mode = WAL"',
      '"CREATE TABLE t (id)"',
      '"INSERT INTO t VALUES (1), (2)"',
      ...copies,
    ]
    execFileSync('/bin/sh', ['-c', `sqlite3 ${join(folder, 'live')} ${commands.join(' ')}`])
    const parcel = join(folder, 'parcel')
    const before = readFileSync(join(parcel, 'History'))
    const view = { table: 't', files: 'History*' }
    expect(await texts(parcel, view)).toEqual(['{"id":1}', '{"id":2}'])
    expect(readdirSync(parcel)).toEqual(['History', 'History-wal'])
    expect(readFileSync(join(parcel, 'History')).equals(before)).toBe(true)

    for (const format of ['zip', 'tar.gz'] as const) {
      const chunks: Uint8Array[] = []
      for await (const chunk of archiveTrees(format, [{ folder: parcel }]).body) chunks.push(chunk)
      const path = join(folder, `a.${format}`)
      writeFileSync(path, Buffer.concat(chunks))
      expect(await texts(path, view)).toEqual(['{"id":1}', '{"id":2}'])
    }
  })

  it('in WAL mode without a log is read where it lies', async () => {
    const path = database('a.sqlite', 'PRAGMA journal_mode = WAL', 'CREATE TABLE t (id)', 'INSERT INTO t VALUES (1)')
    const alone = join(folder, 'alone')
    mkdirSync(alone)
    copyFileSync(path, join(alone, 'b.sqlite'))
    expect(await texts(join(alone, 'b.sqlite'), { table: 't' })).toEqual(['{"id":1}'])
    expect(readdirSync(alone)).toEqual(['b.sqlite'])
  })

  it('is read inside of gzip, and of many databases in an archive each', async () => {
    const path = database('a.sqlite', 'CREATE TABLE t (id)', 'INSERT INTO t VALUES (1)')
    const tree = join(folder, 'tree')
    mkdirSync(tree)
    for (const name of ['a.sqlite', 'b.sqlite']) copyFileSync(path, join(tree, name))
    writeFileSync(join(tree, 'c.sqlite.gz'), gzipSync(readFileSync(path)))
    writeFileSync(join(tree, 'd.sqlite'), 'no database')
    writeFileSync(join(tree, 'e.json'), '[1]')
    const expected = ['{"id":1}', '{"id":1}', '{"id":1}', expect.stringContaining('not a database')]
    expect(await texts(tree, { table: 't' })).toEqual(expected)
    const chunks: Uint8Array[] = []
    for await (const chunk of archiveTrees('tar', [{ folder: tree }]).body) chunks.push(chunk)
    writeFileSync(join(folder, 'a.tar'), Buffer.concat(chunks))
    expect(await texts(join(folder, 'a.tar'), { table: 't' })).toEqual(expected)
  })

  it('gives a bad item for a table that is not there', async () => {
    const path = database('a.sqlite', 'CREATE TABLE t (id)')
    expect(await texts(path, { table: 'u' })).toEqual(['there is no table "u"; there are: t'])
    expect(await texts(path, { sql: 'SELECT t.id FROM t JOIN u USING (id)' })).toEqual([
      'there is no table "u"; there are: t',
    ])
    expect(await texts(database('empty.sqlite', 'CREATE TABLE t (id)', 'DROP TABLE t'), { table: 'u' })).toEqual([
      'there is no table "u"; it has none',
    ])
    expect(await texts(path, { sql: 'SELEC 1' })).toEqual(['sqlite3: near "SELEC": syntax error'])
    expect(await texts(path, { sql: 'SELECT x FROM t' })).toEqual(['sqlite3: no such column: x'])
    expect(await texts(path, { table: 't' })).toEqual([])
  })

  it('may have more columns than a function takes parameters', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `c${index}`)
    const path = database('a.sqlite', `CREATE TABLE t (${names.join(',')})`, 'INSERT INTO t (c7) VALUES (7)')
    const [row] = plain(await itemsOf(path, { table: 't' })) as Record<string, unknown>[]
    expect(Object.keys(row!)).toEqual(names)
    expect(row!['c7']).toBe(7)
  })
})
