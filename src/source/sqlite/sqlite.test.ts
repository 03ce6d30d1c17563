import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryGrowth } from '../../../test/servers/watch-processes.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { systemFiles } from '../../system/files.ts'
import { sourceContract } from '../source.contract.ts'
import { openSqliteSource } from './sqlite.ts'

const hasSqlite = spawnSync('sqlite3', ['--version']).error === undefined

const sql = (path: string, ...statements: string[]): string =>
  execFileSync('sqlite3', ['-bail', path, ...statements], { encoding: 'utf8' }).trim()

function dataset(path: string | string[], more = ''): TestDataset {
  return testDataset(`interval = "1 hour"\n${more}\n[source]\nkind = "sqlite"\npath = ${JSON.stringify(path)}\n`)
}

/** The one thing in `data/`. */
const sealed = (test: TestDataset): string => join(test.folder, 'data', test.names('data')[0]!)

/**
 * A second process that moves amounts from table `a` to table `z`, one transaction after the other, and keeps the database
 * open. Between two of them the sum of both is what it was.
 */
function startWriter(path: string, journal: string): { count(): number } {
  sql(
    path,
    `PRAGMA journal_mode = ${journal}`,
    'CREATE TABLE a (amount int); INSERT INTO a VALUES (1000000); CREATE TABLE z (amount int); INSERT INTO z VALUES (0)',
    `CREATE TABLE m AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, hex(randomblob(200)) AS text FROM n`,
  )
  const writer = spawn('sqlite3', ['-bail', path], { stdio: ['pipe', 'pipe', 'inherit'] })
  // The test ends it while it writes.
  writer.stdin.on('error', () => undefined)
  let count = 0
  const write = (): void =>
    void writer.stdin.write(
      'BEGIN IMMEDIATE; UPDATE a SET amount = amount - 1; UPDATE m SET text = text WHERE i % 100 = 0;' +
        "UPDATE z SET amount = amount + 1; COMMIT; SELECT 'done';\n",
    )
  writer.stdin.write('.timeout 20000\n')
  writer.stdout.on('data', (chunk: Buffer) => {
    const lines = chunk
      .toString()
      .split('\n')
      .filter((line) => line === 'done')
    count += lines.length
    write()
  })
  write()
  onTestFinished(() => void writer.kill('SIGKILL'))
  return { count: () => count }
}

describe.skipIf(!hasSqlite)('a SQLite database', () => {
  it.each(['WAL', 'DELETE'])('is copied as at one moment while another process writes (%s)', async (journal) => {
    const path = join(temporaryFolder(), 'live.db')
    const writer = startWriter(path, journal)
    await vi.waitUntil(() => writer.count() > 2, { timeout: 30_000 })
    const test = dataset(path)
    for (let round = 0; round < 3; round++) {
      const before = writer.count()
      expect((await test.run({ exportNow: true })).exported).toMatchObject({ event: 'sealed', state: 'good', files: 1 })
      await vi.waitUntil(() => writer.count() > before, { timeout: 30_000 })
      test.clock.advance(1000)
    }
    for (const name of test.names('data')) {
      const copy = join(test.folder, 'data', name)
      expect(sql(copy, 'SELECT a.amount + z.amount, z.amount > 0, (SELECT count(*) FROM m) FROM a, z')).toBe(
        '1000000|1|20000',
      )
      expect(sql(copy, 'PRAGMA integrity_check')).toBe('ok')
    }
    // Not even after it was read is there anything beside a copy.
    expect(test.names('data')).toHaveLength(3)
    expect(test.names('data').every((name) => name.endsWith('Z.sqlite'))).toBe(true)
  })

  it('has what only its write-ahead log holds yet', async () => {
    const path = join(temporaryFolder(), 'live.db')
    const writer = startWriter(path, 'WAL')
    await vi.waitUntil(() => writer.count() > 2, { timeout: 30_000 })
    const test = dataset(path)
    await test.run()
    expect(sql(sealed(test), 'SELECT amount >= 2 FROM z')).toBe('1')
  })

  it('is not touched, and gets nothing beside it, when nobody has it open', async () => {
    const folder = temporaryFolder()
    for (const journal of ['WAL', 'DELETE']) {
      const path = join(folder, `${journal}.db`)
      sql(path, `PRAGMA journal_mode = ${journal}`, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
      const before = readFileSync(path)
      const test = dataset(path)
      expect((await test.run()).exported).toMatchObject({ state: 'good' })
      expect(readFileSync(path).equals(before)).toBe(true)
    }
    expect(readdirSync(folder).sort()).toEqual(['DELETE.db', 'WAL.db'])
  })

  it('keeps the ids of its rows', async () => {
    const path = join(temporaryFolder(), 'a.db')
    sql(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE x = 2')
    const test = dataset(path)
    await test.run()
    expect(sql(sealed(test), 'SELECT rowid, x FROM t')).toBe('1|1\n3|3')
  })

  it('is compressed when the dataset says so', async () => {
    const path = join(temporaryFolder(), 'a.db')
    sql(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    const test = dataset(path, 'compress = "gzip"')
    expect((await test.run()).exported).toMatchObject({ state: 'good' })
    execFileSync('gunzip', [sealed(test)])
    expect(sql(sealed(test), 'SELECT x FROM t')).toBe('1')
  })

  it('may be of any size: no more than a part of it is in memory', async () => {
    const path = join(temporaryFolder(), 'large.db')
    sql(
      path,
      'CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT zeroblob(1000000) FROM n',
    )
    const test = dataset(path, 'compress = "gzip"')
    expect(await memoryGrowth(() => test.run())).toBeLessThan(120_000_000)
    expect(test.history().newest?.state).toBe('good')
  })
})

describe.skipIf(!hasSqlite)('several SQLite databases', () => {
  function profiles(): string {
    const folder = temporaryFolder()
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name))
      sql(join(folder, name, 'places.db'), 'PRAGMA journal_mode = WAL', `CREATE TABLE t AS SELECT '${name}' AS x`)
      writeFileSync(join(folder, name, 'notes.txt'), 'x')
    }
    return folder
  }

  it.each(['', 'compress = "gzip"'])('are found by a glob, and each gets a file where it lay %s', async (more) => {
    const folder = profiles()
    const test = dataset(join(folder, '*', '*.db'), more)
    expect((await test.run()).exported).toMatchObject({ state: 'good', files: 2 })
    for (const name of ['one', 'two']) {
      if (more !== '') execFileSync('gunzip', [join(sealed(test), name, 'places.db.gz')])
      expect(readdirSync(join(sealed(test), name))).toEqual(['places.db'])
      expect(sql(join(sealed(test), name, 'places.db'), 'SELECT x FROM t')).toBe(name)
    }
  })

  it('may be listed, each once, and make a folder even when there is only one', async () => {
    const folder = profiles()
    const test = dataset([join(folder, 'one/places.db'), join(folder, 'o*/*.db')])
    expect((await test.run()).exported).toMatchObject({ files: 1 })
    expect(sql(join(sealed(test), 'one/places.db'), 'SELECT x FROM t')).toBe('one')
  })

  it('fail together when one is missing, or is none', async () => {
    const folder = profiles()
    const missing = await dataset([join(folder, 'one/places.db'), join(folder, 'gone.db')]).run()
    expect(missing.exported).toMatchObject({
      code: 'not-found',
      reason: `there is no database ${join(folder, 'gone.db')}`,
    })
    const test = dataset(join(folder, 'one/*'))
    expect((await test.run()).exported).toMatchObject({ event: 'failed', code: 'wrong-content' })
    expect(test.names('data')).toEqual([])
  })
})

describe.skipIf(!hasSqlite)('a SQLite export fails in plain words, with nothing in data/,', () => {
  async function failure(path: string, more = ''): Promise<unknown> {
    const test = dataset(path, more)
    const { exported } = await test.run()
    expect(test.names('data')).toEqual([])
    return exported
  }

  it('when there is no such file, or glob that finds one', async () => {
    for (const path of ['/nowhere/a.db', '/nowhere/*.db']) {
      expect(await failure(path)).toMatchObject({ code: 'not-found', reason: `there is no database ${path}` })
    }
  })

  it('when it is empty, or another kind of file', async () => {
    const path = join(temporaryFolder(), 'a.db')
    writeFileSync(path, '')
    expect(await failure(path)).toMatchObject({ code: 'empty' })
    for (const text of ['x', 'x'.repeat(5000)]) {
      writeFileSync(path, text)
      expect(await failure(path)).toMatchObject({ code: 'wrong-content', reason: `${path} is no SQLite database` })
    }
  })

  it('when it is damaged inside, or cut off', async () => {
    const path = join(temporaryFolder(), 'a.db')
    sql(
      path,
      'CREATE TABLE t (x UNIQUE)',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT hex(i) FROM n',
    )
    const whole = readFileSync(path)
    copyFileSync(path, `${path}2`)
    truncateSync(`${path}2`, whole.length - 4096 * 3)
    expect(await failure(`${path}2`)).toMatchObject({ code: 'corrupt' })
    // Pages of the index change places: every page is whole, and quick_check would find nothing wrong.
    const damaged = Buffer.from(whole)
    damaged.fill(0x55, 4096 * 8, 4096 * 9)
    writeFileSync(path, damaged)
    expect(await failure(path)).toMatchObject({ code: 'corrupt' })
  })

  it('when another program has locked it for too long', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.db')
    sql(path, 'CREATE TABLE t (x)')
    const locker = spawn('sqlite3', [path], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void locker.kill('SIGKILL'))
    locker.stdin.write("BEGIN EXCLUSIVE; SELECT 'locked';\n")
    await new Promise((resolve) => locker.stdout.once('data', resolve))
    expect(await failure(path, 'timeout = "1s"')).toMatchObject({ code: 'timeout' })
  })

  it.for([
    ['none', 'a.db'],
    ['gzip', 'a.db'],
    ['none', '*.db'],
    ['gzip', '*.db'],
  ])('when the disk is really full (%s, %s)', async ([codec, name], { skip }) => {
    const root = smallDisk('size=4m')
    if (root === undefined) return skip(reasonWithoutDisk)
    const folder = temporaryFolder()
    const path = join(folder, 'a.db')
    sql(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    const config = `interval = "1 hour"\ncompress = "${codec}"\n[source]\nkind = "sqlite"\npath = "${join(folder, name!)}"`
    const test = testDataset(config, 'todoist', root)
    expect((await test.run()).exported).toMatchObject({ state: 'good' })
    const before = test.names('data')
    sql(path, 'INSERT INTO t VALUES (randomblob(10000000))')
    test.clock.advance(3_600_000)
    expect((await test.run()).exported).toMatchObject({
      event: 'failed',
      code: 'no-space',
      reason: expect.stringContaining('the disk is full') as string,
    })
    expect(test.names('data')).toEqual(before)
  })

  it('when sqlite3 is not installed', async () => {
    const path = join(temporaryFolder(), 'a.db')
    sql(path, 'CREATE TABLE t (x)')
    const programs = temporaryFolder()
    symlinkSync('/usr/bin/flock', join(programs, 'flock'))
    vi.stubEnv('PATH', programs)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await failure(path)).toMatchObject({
      code: 'missing-program',
      hint: expect.stringContaining('Debian: sqlite3') as string,
    })
  })
})

describe.skipIf(!hasSqlite)('a SQLite source', () =>
  sourceContract((datasetPath) => {
    const path = join(temporaryFolder(), 'a.db')
    sql(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    const open = (): ReturnType<typeof openSqliteSource> =>
      openSqliteSource({ kind: 'sqlite', path }, { folder: datasetPath, compress: 'none', files: systemFiles })
    return {
      open,
      fail: () => renameSync(path, `${path}.away`),
      mend: () => renameSync(`${path}.away`, path),
      openLarge(bytes) {
        if (bytes < 1_000_000_000) {
          sql(
            path,
            `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${bytes / 1_000_000})
            INSERT INTO t SELECT zeroblob(1000000) FROM n`,
          )
        } else makeSparse(path, bytes)
        return open()
      },
    }
  }),
)

/** Gives a database pages that nothing is in, and that take no space: its size is what its header says. */
function makeSparse(path: string, bytes: number): void {
  sql(path, 'PRAGMA page_size = 65536', 'VACUUM')
  const whole = readFileSync(path)
  // "In-header database size", valid when the change counter equals "version-valid-for" (fileformat.html, section 1.3).
  whole.writeUInt32BE(Math.floor(bytes / 65536), 28)
  whole.copy(whole, 92, 24, 28)
  writeFileSync(path, whole)
  truncateSync(path, Math.floor(bytes / 65536) * 65536)
}
