import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { everythingIn } from '../../../test/servers/kept-text.ts'
import { type MariadbServer, hasMariadb, startMariadb } from '../../../test/servers/mariadb.ts'
import { childrenNamed, memoryGrowth, watchProcesses } from '../../../test/servers/watch-processes.ts'
import { feed, restoreCommand } from '../../../test/servers/restore.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'

const canary = String.raw`can:ary/7+zXq9"w'\ #`

/** What unsilo itself has left in the folder for temporary files. */
const leftIn = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('unsilo-test-'))

/** A dataset of the server's databases; `source` replaces or adds keys. */
function dataset(server: MariadbServer, source: Record<string, unknown>, more = '', password = canary): TestDataset {
  const secret = join(temporaryFolder(), 'password')
  writeFileSync(secret, `${password}\n`)
  const keys = { kind: 'mariadb', host: '127.0.0.1', port: server.port, user: 'root', database: 'shop', ...source }
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const reference = `password = { file = ${JSON.stringify(secret)} }`
  return testDataset(`interval = "1 hour"\n${more}\n[source]\n${lines.join('\n')}\n${reference}\n`)
}

describe.skipIf(!hasMariadb)('databases of a MariaDB server', () => {
  let server: MariadbServer
  let temporary: string

  beforeAll(async () => {
    server = await startMariadb(canary)
    await server.sql('mysql', 'CREATE DATABASE shop; CREATE DATABASE `a.b/c -é`; CREATE DATABASE mine')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name text, price double, made datetime(6), raw blob) CHARACTER SET utf8mb4;
       INSERT INTO items SELECT seq, repeat('ü😀', seq % 20), seq / 7, from_unixtime(seq), unhex(md5(seq)) FROM seq_1_to_5000;
       CREATE VIEW dear AS SELECT * FROM items WHERE price > 100;
       CREATE PROCEDURE sell(n int) DELETE FROM items WHERE id = n;
       CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW SET NEW.name = NEW.name;
       CREATE USER seller IDENTIFIED BY 'x'`,
    )
  })
  afterAll(() => server?.stop())

  beforeEach(() => {
    temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    return () => vi.unstubAllEnvs()
  })

  const rows = (database: string): Promise<string> =>
    server.sql(database, 'SELECT id, hex(name), price, made, hex(raw) FROM items ORDER BY id')

  async function restore(path: string): Promise<string> {
    const database = `restored_${Math.random().toString(36).slice(2)}`
    await server.sql('mysql', `CREATE DATABASE ${database}`)
    await feed(path, restoreCommand('mariadb', server.parameters, database))
    return database
  }

  it('are dumped as SQL, and give the same rows, views, routines and triggers again', async () => {
    const test = dataset(server, {})
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good', files: 1 })
    const [name] = test.names('data')
    expect(name).toMatch(/Z\.sql$/)
    const restored = await restore(join(test.folder, 'data', name!))
    expect(await rows(restored)).toBe(await rows('shop'))
    const parts = `SELECT count(*) FROM information_schema.routines WHERE routine_schema = '${restored}'
      UNION ALL SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = '${restored}'
      UNION ALL SELECT count(*) FROM information_schema.views WHERE table_schema = '${restored}'`
    expect(await server.sql(restored, parts)).toBe('1\n1\n1')
  })

  it('are dumped in the same bytes when nothing has changed', async () => {
    const dumped = async (): Promise<string> => {
      const test = dataset(server, { kind: 'mysql' })
      await test.run()
      return readFileSync(join(test.folder, 'data', test.names('data')[0]!), 'utf8')
    }
    expect((await dumped()) === (await dumped())).toBe(true)
  })

  it('are all dumped with "*", but those to ignore; "mysql", which holds the users, is never left out', async () => {
    const test = dataset(server, { database: '*', ignore: ['mine', 'mysql'] }, 'compress = "gzip"')
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const names = readdirSync(join(test.folder, 'data', test.names('data')[0]!))
    const ours = names.filter((name) => !name.startsWith('restored_'))
    expect(ours.sort()).toEqual(['a.b%2Fc%20-%C3%A9.sql.gz', 'mysql.sql.gz', 'shop.sql.gz'])
  })

  it('may lack what dump_args leaves out', async () => {
    const test = dataset(server, { dump_args: ['--ignore-table=shop.items'] })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed' })
    expect(everythingIn(join(test.folder, 'data'))).not.toContain('INSERT INTO `items`')
  })

  it('are each as at one moment, while others write', async () => {
    await server.sql('mysql', 'CREATE DATABASE bank')
    await server.sql(
      'bank',
      `CREATE TABLE a (amount int); INSERT INTO a VALUES (1000000);
       CREATE TABLE middle AS SELECT repeat(md5(seq), 10) AS text FROM seq_1_to_30000;
       CREATE TABLE z (amount int); INSERT INTO z VALUES (0)`,
    )
    const done = new AbortController()
    let writes = 0
    const write = async (): Promise<void> => {
      const change = 'BEGIN; UPDATE a SET amount = amount - 1; UPDATE z SET amount = amount + 1; COMMIT'
      for (; !done.signal.aborted; writes++) await server.sql('bank', change)
    }
    const writing = write()
    await expect.poll(() => writes).toBeGreaterThan(2)
    const test = dataset(server, { database: 'bank' })
    const before = writes
    await test.run()
    const during = writes - before
    done.abort()
    await writing
    expect(during).toBeGreaterThan(2)
    const restored = await restore(join(test.folder, 'data', test.names('data')[0]!))
    expect(await server.sql(restored, 'SELECT a.amount + z.amount, z.amount > 0 FROM a, z')).toBe('1000000\t1')
  })

  it('need no more memory when they are large', async () => {
    await server.sql('mysql', 'CREATE DATABASE large')
    await server.sql('large', 'CREATE TABLE t AS SELECT repeat(md5(seq), 2000) AS text FROM seq_1_to_2500')
    const test = dataset(server, { database: 'large' })
    const growth = await memoryGrowth(() => test.run())
    expect(test.history().newest?.state).toBe('good')
    expect(growth).toBeLessThan(100_000_000)
  })

  it('come with a password that nobody else sees, in a file that is gone afterwards', async () => {
    const test = dataset(server, { database: '*', ignore: ['large', 'bank'] })
    const { result, programs, found } = await watchProcesses('can:ary', () => test.run())
    expect(result.exported).toMatchObject({ event: 'sealed' })
    expect([...programs]).toEqual(expect.arrayContaining(['mariadb-dump']))
    expect([...found]).toEqual([])
    expect(leftIn(temporary)).toEqual([])
    expect(JSON.stringify(result)).not.toContain('can:ary')
    expect(everythingIn(test.folder)).not.toContain('can:ary')
  })

  describe('fail in plain words, with nothing in data/,', () => {
    async function failure(test: TestDataset): Promise<unknown> {
      const { exported } = await test.run()
      expect(test.names('data')).toEqual([])
      expect(leftIn(temporary)).toEqual([])
      expect(`${JSON.stringify(exported)}${everythingIn(test.folder)}`).not.toContain('can:ary')
      return exported
    }

    it('when the password is wrong', async () => {
      for (const database of ['shop', '*']) {
        expect(await failure(dataset(server, { database }, '', 'can:ary but wrong'))).toMatchObject({
          event: 'failed',
          code: 'auth',
          reason: "the server refuses: Access denied for user 'root'@'127.0.0.1' (using password: YES)",
        })
      }
    })

    it('when there is no such database', async () => {
      expect(await failure(dataset(server, { database: 'nowhere' }))).toMatchObject({
        code: 'not-found',
        reason: expect.stringContaining("Unknown database 'nowhere'") as string,
      })
    })

    it('when nothing listens there', async () => {
      expect(await failure(dataset(server, { port: 1 }))).toMatchObject({
        code: 'network',
        reason: expect.stringContaining("Can't connect to server on '127.0.0.1'") as string,
      })
    })

    it('when the user may not read it', async () => {
      const seller = { user: 'seller', host: '127.0.0.1' }
      expect(await failure(dataset(server, seller, '', 'x'))).toMatchObject({
        code: 'not-permitted',
        reason: expect.stringContaining("Access denied for user 'seller'@'%' to database 'shop'") as string,
      })
    })

    it('when the dump program is not there, or no program', async () => {
      const programs = temporaryFolder()
      expect(await failure(dataset(server, { programs }))).toMatchObject({
        code: 'missing-program',
        hint: expect.stringContaining('mariadb-client') as string,
      })
      writeFileSync(join(programs, 'mariadb-dump'), 'x', { mode: 0o644 })
      expect(await failure(dataset(server, { programs }))).toMatchObject({ code: 'not-permitted' })
    })

    it('when a dump program says that all is well and is wrong', async () => {
      const programs = temporaryFolder()
      const cut = '#!/bin/sh\n/usr/bin/mariadb-dump "$@" | head -c 100000\n'
      writeFileSync(join(programs, 'mariadb-dump'), cut, { mode: 0o755 })
      expect(await failure(dataset(server, { programs }))).toMatchObject({
        code: 'wrong-content',
        reason: 'not a whole dump: the dump does not end with "-- Dump completed"',
      })
    })

    /** Resolves when the dump is under way, and far from its end. */
    const underWay = (test: TestDataset): Promise<unknown> =>
      vi.waitUntil(
        () => test.names('incomplete').some((name) => statSync(join(test.folder, 'incomplete', name)).size > 1_000_000),
        { interval: 2, timeout: 30_000 },
      )

    it('when the dump program is killed', async () => {
      const test = dataset(server, { database: 'large' })
      const failing = failure(test)
      await underWay(test)
      for (const pid of childrenNamed('mariadb-dump')) process.kill(pid, 'SIGKILL')
      expect(await failing).toMatchObject({ code: 'command-failed', reason: 'mariadb-dump: ended by SIGKILL' })
    })

    // The last one: nobody can use the server after it.
    it('when the server crashes in the middle', async () => {
      const test = dataset(server, { database: 'large' })
      const failing = failure(test)
      await underWay(test)
      await server.kill()
      expect(await failing).toMatchObject({
        code: 'network',
        reason: expect.stringContaining('Lost connection to server during query') as string,
      })
    })
  })
})
