import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { everythingIn } from '../../../test/servers/kept-text.ts'
import { type PostgresServer, hasPostgres, postgresPrograms, startPostgres } from '../../../test/servers/postgres.ts'
import { feed, restoreCommand } from '../../../test/servers/restore.ts'
import type { TestDataset } from '../../../test/support/test-dataset.ts'
import { canary, databaseDataset } from '../database/database-dataset.fixture.ts'
import { dumpContract } from '../database/dump.contract.ts'
import { sourceContract } from '../source.contract.ts'
import { postgresConfig } from './config.ts'
import { openPostgresSource } from './postgres.ts'

const run = promisify(execFile)

describe.skipIf(!hasPostgres)('databases of a PostgreSQL server', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres(canary)
    await server.sql('postgres', 'CREATE DATABASE shop')
    await server.sql('postgres', `CREATE DATABASE "a.b/c=d 'é\\"`)
    await server.sql('postgres', 'CREATE DATABASE globals')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name text, price numeric, made timestamptz, raw bytea);
       INSERT INTO items SELECT n, repeat('ü', n % 50), n / 7.0, to_timestamp(n), decode(md5(n::text), 'hex')
         FROM generate_series(1, 5000) n;
       CREATE VIEW dear AS SELECT * FROM items WHERE price > 100;
       CREATE ROLE seller LOGIN PASSWORD 'x'`,
    )
  })
  afterAll(() => server?.stop())

  const source = { kind: 'postgres', user: 'postgres' }
  const dataset = (keys: Record<string, unknown>, more = ''): TestDataset =>
    databaseDataset({ source: { ...source, port: server.port, ...keys }, more })
  const sealed = (test: TestDataset): string => join(test.folder, 'data', test.names('data')[0]!)
  const rows = (database: string): Promise<string> => server.sql(database, 'SELECT * FROM items ORDER BY id')

  async function intoNew(restore: (database: string) => Promise<unknown>): Promise<string> {
    const database = `restored_${Math.random().toString(36).slice(2)}`
    await server.sql('postgres', `CREATE DATABASE ${database}`)
    await restore(database)
    return database
  }

  const restore = (kind: 'postgres custom' | 'postgres plain', path: string): Promise<string> =>
    intoNew((database) => feed(path, restoreCommand(kind, [], database), server.environment))

  it('are dumped as SQL, compressed on the way', async () => {
    const test = dataset({ format: 'plain' }, 'compress = "gzip"')
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    expect(sealed(test)).toMatch(/Z\.sql\.gz$/)
    await run('gunzip', ['--keep', sealed(test)])
    expect(await rows(await restore('postgres plain', sealed(test)))).toBe(await rows('shop'))
  })

  it('are dumped as folders, by several processes at once', async () => {
    const test = dataset({ format: 'directory', jobs: 2 })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const restored = await intoNew(async (database) => {
      const [program, ...parameters] = restoreCommand('postgres directory', [], database)
      await run(program, [...parameters, join(sealed(test), 'shop')], { env: server.environment })
    })
    expect(await rows(restored)).toBe(await rows('shop'))
  })

  it('are dumped with the roles, which belong to no database', async () => {
    const test = dataset({ globals: true })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    expect(readdirSync(sealed(test))).toEqual(['globals.sql', 'shop.dump'])
    expect(everythingIn(sealed(test))).toContain('CREATE ROLE seller')
  })

  describe('as a source', () =>
    sourceContract(async (datasetPath) => {
      const database = `contract_${Math.random().toString(36).slice(2)}`
      await server.sql('postgres', `CREATE DATABASE ${database}`)
      await server.sql(database, 'CREATE TABLE items AS SELECT 1 AS id')
      onTestFinished(async () => {
        for (const name of [database, `${database}_away`])
          await server.sql('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      })
      const config = { ...source, host: '127.0.0.1', port: server.port, database, format: 'plain' }
      const open = (): ReturnType<typeof openPostgresSource> =>
        openPostgresSource(postgresConfig.parse({ ...config, password: { file: 'unused' } }), {
          folder: datasetPath,
          compress: 'none',
          readSecret: () => Promise.resolve(canary),
        })
      const rename = async (from: string, to: string): Promise<void> =>
        void (await server.sql('postgres', `ALTER DATABASE ${from} RENAME TO ${to}`))
      return {
        open,
        fail: () => rename(database, `${database}_away`),
        mend: () => rename(`${database}_away`, database),
        async openLarge(bytes) {
          // The server stores the default of a new column once, and not in each row (ALTER TABLE, "Notes").
          await server.sql(
            database,
            `CREATE TABLE large AS SELECT generate_series(1, ${bytes / 400_000});
             ALTER TABLE large ADD COLUMN text text DEFAULT repeat('x', 400000)`,
          )
          return open()
        },
      }
    }))

  describe('as dumps', () =>
    dumpContract({
      server: () => server,
      source,
      program: 'pg_dump',
      programs: postgresPrograms,
      extension: 'dump',
      own: 'postgres',
      rows,
      restore: (path) => restore('postgres custom', path),
      all: {
        keys: { ignore: ['postgres', 'large', 'bank'], globals: true, format: 'plain' },
        files: ['%67lobals.sql', 'a.b%2Fc%3Dd%20%27%C3%A9%5C.sql', 'globals.sql', 'shop.sql'],
      },
      less: {
        keys: { format: 'plain', dump_args: ['--exclude-table-data=items'] },
        absent: String.raw`\\x`,
        present: 'CREATE TABLE public.items',
      },
      bank: `CREATE TABLE a AS SELECT 1000000 AS amount;
        CREATE TABLE middle AS SELECT repeat(md5(n::text), 10) FROM generate_series(1, 50000) n;
        CREATE TABLE z AS SELECT 0 AS amount`,
      transfer: 'UPDATE a SET amount = amount - 1; UPDATE z SET amount = amount + 1',
      large: `CREATE UNLOGGED TABLE t AS
          SELECT (SELECT string_agg(md5((n * m)::text), '') FROM generate_series(1, 200) m) || repeat(md5(n::text), 1800)
            FROM generate_series(1, 2500) n;
        ALTER TABLE t SET LOGGED`,
      formats: [
        [{ format: 'custom' }, 'pg_restore cannot read it'],
        [{ format: 'plain' }, 'the dump does not end with "PostgreSQL database dump complete"'],
      ],
      stranger: 'seller',
      says: {
        wrongPassword: 'the server refuses: password authentication failed for user "postgres"',
        noDatabase: 'the server says: database "nowhere" does not exist',
        nobodyThere: 'the server is away: Connection refused',
        notPermitted: 'the server says: permission denied for table items',
        install: 'postgresql-client',
        crashed: 'the server is away: server closed the connection unexpectedly',
      },
    }))
})
