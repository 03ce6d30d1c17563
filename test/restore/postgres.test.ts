import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { restoreParcel } from '../../src/dataset/restore.ts'
import { type PostgresServer, hasPostgres, startPostgres } from '../servers/postgres.ts'
import { childrenNamed, watchProcesses } from '../servers/watch-processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TestDataset } from '../support/test-dataset.ts'
import { damage, dumped, refusal, restoreTo } from './restore.fixture.ts'

const canary = String.raw`can:ary/7+zXq9"w'\ #@?`

describe.skipIf(!hasPostgres)('a database is restored into PostgreSQL', () => {
  let server: PostgresServer
  let temporary: string

  beforeAll(async () => {
    server = await startPostgres(canary)
    await server.sql('postgres', 'CREATE DATABASE shop')
    await server.sql(
      'shop',
      `CREATE SCHEMA stock;
       CREATE TABLE items (id serial PRIMARY KEY, name text UNIQUE, price numeric, made timestamptz, raw bytea);
       INSERT INTO items (name, price, made, raw) SELECT 'ü' || n, n / 7.0, to_timestamp(n), decode(md5(n::text), 'hex')
         FROM generate_series(1, 3000) n;
       CREATE TABLE stock.places (item int REFERENCES public.items, place text);
       INSERT INTO stock.places SELECT n, E'a\\tb\\n\\\\.' || n FROM generate_series(1, 500) n;
       CREATE VIEW dear AS SELECT * FROM items WHERE price > 100;
       CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
       SELECT lo_from_bytea(4711, 'large object')`,
    )
  })
  afterAll(() => server?.stop())

  beforeEach(() => {
    temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    return () => vi.unstubAllEnvs()
  })

  const everything = (database: string): Promise<string> =>
    server.sql(
      database,
      `SELECT * FROM items ORDER BY id; SELECT * FROM stock.places ORDER BY item; SELECT count(*), twice(21) FROM dear;
       SELECT nextval('items_id_seq') > 3000; SELECT encode(lo_get(4711), 'escape')`,
    )
  const urlOf = (database: string, port = server.port): string =>
    `postgres://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`
  const password = { readPassword: () => Promise.resolve(canary) }
  const dataset = (source: Record<string, unknown> = {}, more = ''): Promise<TestDataset> =>
    dumped({ kind: 'postgres', port: server.port, user: 'postgres', database: 'shop', ...source }, canary, more)

  async function newDatabase(): Promise<string> {
    const name = `new ${Math.random().toString(36).slice(2)}`
    await server.sql('postgres', `CREATE DATABASE "${name}"`)
    return name
  }
  const leftBehind = (): unknown[] => [
    ...readdirSync(temporary).filter((name) => !name.startsWith('unsilo-test-')),
    ...['psql', 'pg_restore', 'zstd'].flatMap(childrenNamed),
  ]

  it.each([
    ['custom', 'none', 'shop'],
    ['custom', 'zstd', ['shop', 'postgres']],
    ['plain', 'gzip', 'shop'],
    ['plain', 'none', ['shop', 'postgres']],
    ['directory', 'none', 'shop'],
  ])('with the same rows (%s, compress = "%s", %j)', async (format, codec, database) => {
    const test = await dataset({ format, database }, `compress = "${codec}"`)
    const name = await newDatabase()
    expect(await restoreTo(test, urlOf(name), password)).toEqual({
      dataset: 'db',
      parcel: test.history().newest?.id,
      state: 'good',
      database: 'shop',
      to: urlOf(name),
      verified: true,
      overwritten: false,
      warnings: [],
    })
    expect(await everything(name)).toBe(await everything('shop'))
    expect(leftBehind()).toEqual([])
  })

  it('after its roles, which are restored by hand, as the documents say', async () => {
    await server.sql('postgres', `CREATE ROLE "the owner" LOGIN PASSWORD 'x'`)
    await server.sql('postgres', 'CREATE DATABASE theirs')
    await server.sql('theirs', 'CREATE TABLE items AS SELECT 4711 AS id; ALTER TABLE items OWNER TO "the owner"')
    const secret = await server.sql('postgres', `SELECT rolpassword FROM pg_authid WHERE rolname = 'the owner'`)
    const test = await dataset({ database: 'theirs', globals: true }, 'compress = "zstd"')
    await server.sql('postgres', 'DROP DATABASE theirs')
    await server.sql('postgres', 'DROP ROLE "the owner"')

    const dumps = join(temporaryFolder(), 'dumps')
    await restoreParcel(await test.open(), test.context, { parcel: undefined, to: dumps })
    const page = readFileSync('docs/databases.md', 'utf8')
    const command = /^zstd -dc ~\/dumps\/globals.*$/m.exec(page)![0]
    const here = command
      .replace('~/dumps', dumps)
      .replace('db.example.org', '127.0.0.1')
      .replace('psql ', `psql --port=${server.port} `)
    execFileSync('bash', ['-o', 'pipefail', '-c', here], { env: server.environment, stdio: 'pipe' })

    const name = await newDatabase()
    await restoreTo(test, urlOf(name), { ...password, database: 'theirs' })
    expect(await server.sql(name, "SELECT id, tableowner FROM items, pg_tables WHERE tablename = 'items'")).toBe(
      '4711|the owner',
    )
    expect(await server.sql('postgres', `SELECT rolpassword FROM pg_authid WHERE rolname = 'the owner'`)).toBe(secret)
  })

  it('with a password that nobody else sees, also one that stood in the URL', async () => {
    const test = await dataset()
    for (const inUrl of [false, true]) {
      const to = new URL(urlOf(await newDatabase()))
      if (inUrl) to.password = encodeURIComponent(canary)
      const work = restoreTo(test, to.href, inUrl ? {} : password)
      const { result, programs, found } = await watchProcesses('can:ary', () => work)
      expect([...programs]).toContain('psql')
      expect([...found]).toEqual([])
      expect(result.warnings).toHaveLength(inUrl ? 1 : 0)
      expect(JSON.stringify(result)).not.toContain('ary')
    }
    expect(leftBehind()).toEqual([])
  })

  it('only when it is empty, unless it is to be overwritten', async () => {
    const test = await dataset({}, 'compress = "zstd"')
    const name = await newDatabase()
    await server.sql(name, 'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$')
    expect(await refusal(restoreTo(test, urlOf(name), password))).toEqual({
      code: 'clash',
      message: `${urlOf(name)} is not empty (1 object); nothing was touched`,
      hint: 'Name an empty database, or throw away what it holds with --overwrite.',
    })
    await server.sql(name, "CREATE TABLE items (wrong int); CREATE SCHEMA mine; CREATE TYPE mine.one AS ENUM ('a')")
    expect(await restoreTo(test, urlOf(name), { ...password, overwrite: true })).toMatchObject({ overwritten: true })
    expect(await everything(name)).toBe(await everything('shop'))
    expect(await server.sql(name, "SELECT count(*) FROM pg_namespace WHERE nspname = 'mine'")).toBe('0')
    expect(await server.sql(name, "SELECT count(*) FROM pg_proc WHERE proname = 'mine'")).toBe('0')
    const again = await restoreTo(test, urlOf(name), { ...password, overwrite: true })
    expect(again.overwritten).toBe(true)
    expect(await everything(name)).toBe(await everything('shop'))
  })

  it('or stays as it was, when a statement fails in the middle', async () => {
    await server.sql('postgres', 'CREATE ROLE gone')
    await server.sql('postgres', 'CREATE DATABASE owned')
    await server.sql(
      'owned',
      'CREATE TABLE a AS SELECT 1 AS n; CREATE TABLE z AS SELECT 2 AS n; ALTER TABLE z OWNER TO gone',
    )
    for (const format of ['custom', 'plain']) {
      const test = await dataset({ format, database: 'owned' })
      const name = await newDatabase()
      await server.sql(name, 'CREATE TABLE mine AS SELECT 7 AS n')
      await server.sql('owned', 'ALTER TABLE z OWNER TO postgres')
      await server.sql('postgres', 'ALTER ROLE gone RENAME TO other')
      const options = { ...password, database: 'owned', overwrite: true }
      expect(await refusal(restoreTo(test, urlOf(name), options))).toEqual({
        code: 'command-failed',
        message: `the server says: role "gone" does not exist; nothing of it was kept: ${urlOf(name)} is as it was before`,
        hint: expect.stringContaining('globals.sql') as string,
      })
      expect(await server.sql(name, 'SELECT n FROM mine')).toBe('7')
      expect(await server.sql(name, "SELECT count(*) FROM pg_tables WHERE tablename IN ('a', 'z')")).toBe('0')
      await server.sql('postgres', 'ALTER ROLE other RENAME TO gone')
      await server.sql('owned', 'ALTER TABLE z OWNER TO gone')
    }
  })

  it('or not at all, when the dump would go into another database by itself', async () => {
    const test = await dataset({ format: 'plain', dump_args: ['--create', '--clean'] })
    const before = await everything('shop')
    const name = await newDatabase()
    expect(await refusal(restoreTo(test, urlOf(name), password))).toMatchObject({
      code: 'command-failed',
      message: expect.stringContaining(`${urlOf(name)} is as it was before`) as string,
      hint: expect.stringContaining('--create') as string,
    })
    expect(await everything('shop')).toBe(before)
  })

  it('or not touched, when the parcel is damaged', async () => {
    for (const more of ['', 'compress = "zstd"']) {
      const test = await dataset({}, more)
      damage(test)
      const name = await newDatabase()
      await server.sql(name, 'CREATE TABLE mine ()')
      const { programs, result } = await watchProcesses('', () =>
        refusal(restoreTo(test, urlOf(name), { ...password, overwrite: true })),
      )
      expect(result).toMatchObject({ code: 'corrupt', hint: expect.stringContaining('Nothing was restored') as string })
      expect([...programs]).not.toContain('psql')
    }
  })

  it('or not, in plain words', async () => {
    const test = await dataset()
    const wrong = { readPassword: () => Promise.resolve('can:ary but wrong') }
    expect(await refusal(restoreTo(test, urlOf('postgres'), wrong))).toEqual({
      code: 'auth',
      message: 'the server refuses: password authentication failed for user "postgres"',
      hint: expect.stringContaining('--password-file') as string,
    })
    expect(await refusal(restoreTo(test, urlOf('nowhere'), password))).toEqual({
      code: 'not-found',
      message: 'the server says: database "nowhere" does not exist',
      hint: expect.stringContaining('create it first') as string,
    })
    expect(await refusal(restoreTo(test, urlOf('x', 1), password))).toMatchObject({ code: 'network' })
    expect(await refusal(restoreTo(test, urlOf('x'), { ...password, database: 'blog' }))).toMatchObject({
      code: 'not-found',
      hint: 'It has: shop.',
    })
    for (const to of ['/tmp/x', 'mysql://root@127.0.0.1/x', 'postgres://p%4', 'postgres://a:can%3Aary@b'])
      expect(await refusal(restoreTo(test, to))).toMatchObject({ code: 'usage' })
    expect(JSON.stringify(await refusal(restoreTo(test, 'x://a:can%3Aary@b')))).not.toContain('ary')
    expect(existsSync(temporary) && leftBehind()).toEqual([])
  })

  it('or keeps nothing, when it is interrupted', async () => {
    const test = await dataset()
    const name = await newDatabase()
    const controller = new AbortController()
    test.context.signal = controller.signal
    const failing = refusal(restoreTo(test, urlOf(name), password))
    await vi.waitUntil(() => childrenNamed('pg_restore').length > 0, { interval: 1, timeout: 30_000 })
    controller.abort()
    expect(await failing).toMatchObject({
      code: 'cancelled',
      message: expect.stringContaining('as it was before') as string,
    })
    expect(leftBehind()).toEqual([])
    await expect.poll(() => server.sql(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toBe('0')
  })

  // The last one: nobody can use the server after it.
  it('or keeps nothing, when the server crashes in the middle', async () => {
    await server.sql('postgres', 'CREATE DATABASE large')
    await server.sql('large', 'CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 1500000) n')
    const test = await dataset({ database: 'large', format: 'plain' })
    const name = await newDatabase()
    const failing = refusal(restoreTo(test, urlOf(name), { ...password, database: 'large' }))
    const copying = "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^COPY .* FROM stdin'"
    await vi.waitUntil(async () => (await server.sql('postgres', copying)) === '1', { interval: 1, timeout: 30_000 })
    await server.kill()
    expect(await failing).toMatchObject({
      code: 'network',
      message: expect.stringMatching(
        /^the server is away: .*; nothing of it was kept: .* is as it was before$/,
      ) as string,
    })
    expect(leftBehind()).toEqual([])
  })
})
