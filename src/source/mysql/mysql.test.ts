import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type MariadbServer, hasMariadb, startMariadb } from '../../../test/servers/mariadb.ts'
import { feed, restoreCommand } from '../../../test/servers/restore.ts'
import type { TestDataset } from '../../../test/support/test-dataset.ts'
import { canary, databaseDataset } from '../database/database-dataset.fixture.ts'
import { dumpContract } from '../database/dump.contract.ts'
import { sourceContract } from '../source.contract.ts'
import { mariadbConfig } from './config.ts'
import { openMysqlSource } from './mysql.ts'

describe.skipIf(!hasMariadb)('databases of a MariaDB server', () => {
  let server: MariadbServer

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

  const source = { kind: 'mariadb', user: 'root' }
  const dataset = (keys: Record<string, unknown>): TestDataset =>
    databaseDataset({ source: { ...source, port: server.port, ...keys } })
  const sealed = (test: TestDataset): string => join(test.folder, 'data', test.names('data')[0]!)

  async function restore(path: string): Promise<string> {
    const database = `restored_${Math.random().toString(36).slice(2)}`
    await server.sql('mysql', `CREATE DATABASE ${database}`)
    await feed(path, restoreCommand('mariadb', server.parameters, database))
    return database
  }

  it('are dumped with their views, routines and triggers', async () => {
    const test = dataset({})
    await test.run()
    const restored = await restore(sealed(test))
    const parts = `SELECT count(*) FROM information_schema.routines WHERE routine_schema = '${restored}'
      UNION ALL SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = '${restored}'
      UNION ALL SELECT count(*) FROM information_schema.views WHERE table_schema = '${restored}'`
    expect(await server.sql(restored, parts)).toBe('1\n1\n1')
  })

  it('are dumped in the same bytes when nothing has changed', async () => {
    const dumped = async (): Promise<string> => {
      const test = dataset({ kind: 'mysql' })
      await test.run()
      return readFileSync(sealed(test), 'utf8')
    }
    expect((await dumped()) === (await dumped())).toBe(true)
  })

  describe('as a source', () =>
    sourceContract(async (datasetPath) => {
      const database = `contract_${Math.random().toString(36).slice(2)}`
      const fill = async (): Promise<void> => {
        await server.sql('mysql', `CREATE DATABASE ${database}`)
        await server.sql(database, 'CREATE TABLE items AS SELECT 1 AS id')
      }
      await fill()
      onTestFinished(async () => void (await server.sql('mysql', `DROP DATABASE IF EXISTS ${database}`)))
      const config = { ...source, host: '127.0.0.1', port: server.port, database, password: { file: 'unused' } }
      const open = (): ReturnType<typeof openMysqlSource> =>
        openMysqlSource(mariadbConfig.parse(config), {
          folder: datasetPath,
          compress: 'none',
          readSecret: () => Promise.resolve(canary),
        })
      return {
        open,
        fail: async () => void (await server.sql('mysql', `DROP DATABASE ${database}`)),
        mend: fill,
        async openLarge(bytes) {
          // The server stores the default of a new column once, and not in each row (ALGORITHM = INSTANT).
          const rowBytes = 60_000
          await server.sql(
            database,
            `CREATE TABLE large AS SELECT seq FROM seq_1_to_${Math.ceil(bytes / rowBytes)};
             ALTER TABLE large ADD COLUMN text varchar(${rowBytes}) CHARACTER SET latin1 NOT NULL
               DEFAULT '${'x'.repeat(rowBytes)}', ALGORITHM = INSTANT`,
          )
          return open()
        },
      }
    }))

  describe('as dumps', () =>
    dumpContract({
      server: () => server,
      source,
      program: 'mariadb-dump',
      programs: '/usr/bin',
      extension: 'sql',
      own: 'mysql',
      rows: (database) => server.sql(database, 'SELECT id, hex(name), price, made, hex(raw) FROM items ORDER BY id'),
      restore,
      // "mysql", which holds the users, is never left out.
      all: {
        keys: { ignore: ['mine', 'mysql', 'large', 'bank'] },
        files: ['a.b%2Fc%20-%C3%A9.sql', 'mysql.sql', 'shop.sql'],
      },
      less: {
        keys: { dump_args: ['--ignore-table=shop.items'] },
        absent: 'INSERT INTO `items`',
        present: 'PROCEDURE `sell`',
      },
      bank: `CREATE TABLE a (amount int); INSERT INTO a VALUES (1000000);
        CREATE TABLE middle AS SELECT repeat(md5(seq), 10) AS text FROM seq_1_to_30000;
        CREATE TABLE z (amount int); INSERT INTO z VALUES (0)`,
      transfer: 'BEGIN; UPDATE a SET amount = amount - 1; UPDATE z SET amount = amount + 1; COMMIT',
      large: `CREATE TABLE t AS SELECT concat(
          (SELECT group_concat(md5(m.seq * n.seq) SEPARATOR '') FROM seq_1_to_200 m), repeat(md5(n.seq), 1800)
        ) AS text FROM seq_1_to_2500 n`,
      formats: [[{}, 'the dump does not end with "-- Dump completed"']],
      stranger: 'seller',
      says: {
        wrongPassword: "the server refuses: Access denied for user 'root'@'127.0.0.1' (using password: YES)",
        noDatabase: "Unknown database 'nowhere'",
        nobodyThere: "Can't connect to server on '127.0.0.1'",
        notPermitted: "Access denied for user 'seller'@'%' to database 'shop'",
        install: 'mariadb-client',
        crashed: 'Lost connection to server during query',
      },
    }))
})
