// Dumps of databases: the dump program and zstd in a shell pipe, beside an export. Servers of the bench's own, as in the tests.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { exporting, root } from './exporting.mjs'

const durable = '> "$1.tmp" && sync "$1.tmp" && mv "$1.tmp" "$1"'
const password = 'only-for-the-bench'

/** @param {import('./run.mjs').Bench} bench */
export async function dumps(bench) {
  const servers = await loadServers(bench)
  const secret = join(bench.folder, 'password')
  writeFileSync(secret, password, { mode: 0o600 })
  const work = { bench, secret, rows: bench.quick ? 200_000 : 3_000_000, rounds: bench.quick ? 3 : 5 }
  if (servers.hasPostgres) await postgres(work, servers)
  if (servers.hasMariadb) await mariadb(work, servers)
  if (!servers.hasPostgres || !servers.hasMariadb)
    process.stdout.write('\ndumps: a server is not installed: npm run setup\n')
  await sqlite(work)
}

/** Those that the tests start. */
async function loadServers(bench) {
  const bundle = join(bench.folder, 'servers.mjs')
  const folder = fileURLToPath(new URL('../test/servers', import.meta.url))
  buildSync({
    stdin: { contents: `export * from './postgres.ts'; export * from './mariadb.ts'`, resolveDir: folder },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  })
  return import(pathToFileURL(bundle).href)
}

async function postgres({ bench, secret, rows, rounds }, { startPostgres }) {
  const server = await startPostgres(password)
  try {
    await server.sql('postgres', 'CREATE DATABASE shop')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name text, price numeric, made timestamptz, note text);
       INSERT INTO items SELECT n, 'item ' || md5(n::text), n / 7.0, to_timestamp(1.5e9 + n * 61),
         repeat(md5((n % 1000)::text) || ' ', 4) || md5(n::text) FROM generate_series(1, ${rows}) n`,
    )
    const { PGPASSFILE, PGHOST, PGPORT, PGUSER } = server.environment
    const environment = Object.entries({ PGPASSFILE, PGHOST, PGPORT, PGUSER }).map(([key, value]) => `${key}=${value}`)
    const megabytes = Number(await server.sql('shop', 'SELECT pg_database_size(current_database()) / 1000000'))
    for (const [format, options, proof] of [
      ['plain', '', 'tail -c 1024 > /dev/null'],
      ['custom', '-Fc -Z0', 'pg_restore -f /dev/null'],
    ]) {
      const shell = (script) => ['env', ...environment, 'sh', '-c', script, 'sh', join(bench.folder, 'out.zst')]
      const dump = `pg_dump ${options} shop | zstd -q -3 ${durable}`
      const config = source(secret, 'postgres', server.port, 'postgres', `format = "${format}"`)
      await bench.show(`dumps: PostgreSQL, ${megabytes} MB, format = "${format}"`, rounds, [
        { name: `sh: pg_dump | zstd -3 > tmp; sync; mv`, command: shell(dump), memory: true },
        {
          name: `  and the proof: zstd -d | ${proof.split(' ')[0]}`,
          command: shell(`${dump} && zstd -dcq "$1" | ${proof}`),
        },
        unsilo(bench, config, bench.quick ? {} : { aim: 1.1 }),
      ])
    }
  } finally {
    await server.stop()
  }
}

async function mariadb({ bench, secret, rows, rounds }, { startMariadb }) {
  const server = await startMariadb(password)
  try {
    await server.sql('mysql', 'CREATE DATABASE shop CHARACTER SET utf8mb4')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name varchar(50), price decimal(20, 6), note text);
       INSERT INTO items SELECT seq, CONCAT('item ', MD5(seq)), seq / 7, CONCAT(REPEAT(CONCAT(MD5(seq % 1000), ' '), 4), MD5(seq))
         FROM seq_1_to_${rows}`,
    )
    const options = '--single-transaction --quick --routines --events --hex-blob'
    const dump = `mariadb-dump ${server.parameters.join(' ')} ${options} shop | zstd -q -3 ${durable}`
    await bench.show(`dumps: MariaDB, ${rows} rows`, rounds, [
      {
        name: 'sh: mariadb-dump | zstd -3 > tmp; sync; mv',
        command: ['sh', '-c', dump, 'sh', join(bench.folder, 'out.zst')],
        memory: true,
      },
      unsilo(bench, source(secret, 'mariadb', server.port, 'root'), bench.quick ? {} : { aim: 1.1 }),
    ])
  } finally {
    await server.stop()
  }
}

async function sqlite({ bench, rows, rounds }) {
  const file = join(bench.folder, 'shop.db')
  const { status } = spawnSync('sqlite3', [
    file,
    `PRAGMA journal_mode = WAL; CREATE TABLE items (id INTEGER PRIMARY KEY, name, note);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     INSERT INTO items SELECT i, 'item ' || i, hex(randomblob(50)) FROM n; CREATE INDEX names ON items (name)`,
  ])
  if (status !== 0) return
  const shell = (script) => ['sh', '-c', script, 'sh', join(bench.folder, 'copy.db'), file]
  const copy = 'rm -f "$1"; sqlite3 "$2" ".backup \'$1.tmp\'" && sync "$1.tmp" && mv "$1.tmp" "$1"'
  await bench.show(`dumps: SQLite, ${rows} rows`, rounds, [
    { name: "sh: sqlite3 '.backup tmp'; sync; mv", command: shell(copy), memory: true },
    {
      name: "  and 'PRAGMA integrity_check', sha256sum",
      command: shell(`${copy} && sqlite3 "$1" 'PRAGMA integrity_check' && sha256sum "$1"`),
    },
    unsilo(bench, `[source]\nkind = "sqlite"\npath = "${file}"\n`),
  ])
}

function source(secret, kind, port, user, more = '') {
  const keys = `kind = "${kind}"\nhost = "127.0.0.1"\nport = ${port}\nuser = "${user}"\ndatabase = "shop"\n${more}`
  return `compress = "zstd"\n[source]\n${keys}\npassword = { file = "${secret}" }\n`
}

function unsilo(bench, config, aims = {}) {
  return { name: 'unsilo export', ...exporting(bench, root(bench, 'shop', config), 'shop'), memory: true, ...aims }
}
