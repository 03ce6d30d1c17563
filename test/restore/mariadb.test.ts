import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type MariadbServer, hasMariadb, startMariadb } from '../servers/mariadb.ts'
import { childrenNamed, watchProcesses } from '../servers/watch-processes.ts'
import type { TestDataset } from '../support/test-dataset.ts'
import { damage, dumped, refusal, restoreTo } from './restore.fixture.ts'

const canary = String.raw`can:ary/7+zXq9"w'\ #@?`

describe.skipIf(!hasMariadb)('a database is restored into MariaDB', () => {
  let server: MariadbServer

  beforeAll(async () => {
    server = await startMariadb(canary)
    await server.sql('mysql', 'CREATE DATABASE shop CHARACTER SET utf8mb4')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name varchar(50), price decimal(20, 6), raw varbinary(20));
       INSERT INTO items SELECT seq, CONCAT('ü😀', seq), seq / 7, UNHEX(MD5(seq)) FROM seq_1_to_3000;
       CREATE VIEW dear AS SELECT * FROM items WHERE price > 100;
       CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN 2 * n`,
    )
  })
  afterAll(() => server?.stop())

  const everything = (database: string): Promise<string> =>
    server.sql(
      database,
      'SELECT id, name, price, HEX(raw) FROM items ORDER BY id; SELECT count(*), twice(21) FROM dear',
    )
  const urlOf = (database: string, port = server.port): string =>
    `mysql://root@127.0.0.1:${port}/${encodeURIComponent(database)}`
  const password = { readPassword: () => Promise.resolve(canary) }
  const dataset = (source: Record<string, unknown> = {}, more = ''): Promise<TestDataset> =>
    dumped({ kind: 'mariadb', port: server.port, user: 'root', database: 'shop', ...source }, canary, more)

  async function newDatabase(): Promise<string> {
    const name = `new_${Math.random().toString(36).slice(2)}`
    await server.sql('mysql', `CREATE DATABASE ${name} CHARACTER SET latin1`)
    return name
  }

  it.each([
    ['none', 'shop'],
    ['zstd', ['shop', 'mysql']],
  ])('with the same rows, and a password that nobody else sees (compress = "%s", %j)', async (codec, database) => {
    const test = await dataset({ database }, `compress = "${codec}"`)
    const name = await newDatabase()
    const { result, programs, found } = await watchProcesses('can:ary', () => restoreTo(test, urlOf(name), password))
    expect(result).toMatchObject({ to: urlOf(name), verified: true, overwritten: false, warnings: [] })
    expect([[...programs].some((program) => /^m(?:ariadb|ysql)$/.test(program)), [...found]]).toEqual([true, []])
    expect(await everything(name)).toBe(await everything('shop'))
  })

  it('only when it is empty, unless it is to be overwritten', async () => {
    const test = await dataset()
    const name = await newDatabase()
    await server.sql(name, 'CREATE TABLE items (wrong int); CREATE TABLE mine (n int)')
    expect(await refusal(restoreTo(test, urlOf(name), password))).toMatchObject({
      code: 'clash',
      message: `${urlOf(name)} is not empty (2 objects); nothing was touched`,
    })
    expect(await restoreTo(test, urlOf(name), { ...password, overwrite: true })).toMatchObject({ overwritten: true })
    expect(await everything(name)).toBe(await everything('shop'))
    expect(await server.sql(name, "SHOW TABLES LIKE 'mine'")).toBe('')
    expect(await server.sql(name, 'SELECT @@character_set_database')).toBe('latin1')
  })

  it('but never in place of what belongs to the server', async () => {
    const test = await dataset()
    const before = await server.sql('mysql', 'SELECT count(*) FROM global_priv')
    expect(await refusal(restoreTo(test, urlOf('mysql'), { ...password, overwrite: true }))).toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('nothing was touched') as string,
    })
    expect(await server.sql('mysql', 'SELECT count(*) FROM global_priv')).toBe(before)
  })

  it('or not touched, when the parcel is damaged', async () => {
    const test = await dataset({}, 'compress = "zstd"')
    damage(test)
    const name = await newDatabase()
    await server.sql(name, 'CREATE TABLE mine (n int)')
    const refused = await refusal(restoreTo(test, urlOf(name), { ...password, overwrite: true }))
    expect(refused).toMatchObject({ code: 'corrupt' })
    expect(await server.sql(name, 'SHOW TABLES')).toBe('mine')
  })

  it('or not, in plain words', async () => {
    const test = await dataset()
    const wrong = { readPassword: () => Promise.resolve('can:ary but wrong') }
    expect(await refusal(restoreTo(test, urlOf('x'), wrong))).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/^the server refuses: Access denied for user 'root'@/) as string,
      hint: expect.stringContaining('--password-file') as string,
    })
    expect(await refusal(restoreTo(test, urlOf('nowhere'), password))).toMatchObject({
      code: 'not-found',
      message: "the server says: Unknown database 'nowhere'",
    })
    expect(await refusal(restoreTo(test, 'postgres://root@127.0.0.1/x', password))).toMatchObject({ code: 'usage' })
  })

  // The last one: nobody can use the server after it.
  it('or says that it may hold a part, when the server crashes in the middle', async () => {
    await server.sql('mysql', 'CREATE DATABASE large')
    await server.sql('large', 'CREATE TABLE t AS SELECT seq, REPEAT(MD5(seq), 4) AS x FROM seq_1_to_400000')
    const test = await dataset({ database: 'large' })
    const name = await newDatabase()
    const failing = refusal(restoreTo(test, urlOf(name), { ...password, database: 'large' }))
    await vi.waitUntil(async () => (await server.sql(name, 'SHOW TABLES')) === 't', { interval: 20, timeout: 30_000 })
    await server.kill()
    expect(await failing).toMatchObject({
      code: 'network',
      message: expect.stringMatching(/ may hold a part of the dump now; it was empty before$/) as string,
      hint: expect.stringContaining('restore again with --overwrite') as string,
    })
    expect(['mariadb', 'mysql'].flatMap(childrenNamed)).toEqual([])
  })
})
