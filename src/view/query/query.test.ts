import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { realSystem } from '../../system/system.ts'
import { TestLog, found, viewOf } from '../view.fixture.ts'
import { type TablePaths, tablePaths, writeTables } from '../store/write-tables.ts'
import { cellJson } from './cell.ts'
import { type Query, type QueryMirror, openQuery } from './query.ts'
import type { TableName } from './table-names.ts'

const { files } = realSystem
const never = new AbortController().signal
const at = new Date('2026-03-01T06:00:00Z')

/** Tables of a view with items 1 to 3. */
async function tablesIn(folder: string): Promise<TablePaths> {
  const view = viewOf()
  const items = [1, 2, 3].map((id) => found(JSON.stringify({ id, text: `text ${id}` })))
  const parcels = [{ id: '2026-03-01T060000Z', at, isEvidence: true, found: items }]
  const log = await new TestLog(view).read(parcels)
  await writeTables(files, folder, view, log.merged(log.merge(parcels)), { withHistory: true, signal: never })
  return tablePaths(folder, view.name)
}

async function mirrorOf(...datasets: string[]): Promise<QueryMirror> {
  const found: QueryMirror['datasets'] = []
  for (const name of datasets)
    found.push({ name, views: [{ name: 'items', paths: await tablesIn(temporaryFolder()) }] })
  return { datasets: found, own: { parcels: [{ dataset: 'todo', parcel: '2026-03-01T060000Z', bytes: 12 }] } }
}

async function rowsOf(query: Query): Promise<string[]> {
  const { columns, batches } = await query.ask()
  const rows: string[] = []
  for await (const batch of batches()) {
    for (const row of batch) rows.push(row.map((cell, index) => cellJson(cell, columns[index]!.type)).join(' '))
  }
  return rows
}

async function ask(sql: string, mirror?: QueryMirror, signal = never): Promise<string[]> {
  const query = await openQuery(sql, async () => mirror ?? (await mirrorOf('todo')), { files, signal })
  try {
    return await rowsOf(query)
  } finally {
    query.close()
  }
}

describe('a question', () => {
  it('is asked of views, their histories and errors, and of what unsilo knows', async () => {
    expect(await ask('SELECT id, text FROM todo.items ORDER BY id DESC LIMIT 1;')).toEqual(['3 "text 3"'])
    expect(await ask('SELECT kind, count(*) FROM todo.items_history GROUP BY kind')).toEqual(['"new" 3'])
    expect(await ask('FROM todo.items_errors')).toEqual([])
    expect(await ask('SELECT dataset, bytes FROM unsilo.parcels')).toEqual(['"todo" 12'])
  })

  it('joins datasets, whatever they are called', async () => {
    const mirror = await mirrorOf('todo', 'a "b" [c] é')
    const sql = `SELECT count(*) FROM todo.items JOIN "a ""b"" [c] é".items USING (id)`
    expect(await ask(sql, mirror)).toEqual(['3'])
  })

  it('reads tables in folders whose names have wildcards', async () => {
    const folder = join(temporaryFolder(), 'a [b] *c? ')
    files.makeFolder(folder)
    const mirror = { datasets: [{ name: 'd', views: [{ name: 'v', paths: await tablesIn(folder) }] }], own: {} }
    expect(await ask('SELECT count(*) FROM d.v', mirror)).toEqual(['3'])
  })

  it.each([
    [
      'SELECT 9007199254740993, 170141183460469231731687303715884105727',
      '9007199254740993 170141183460469231731687303715884105727',
    ],
    ["SELECT 1.10::DECIMAL(5, 2), 0.5::DOUBLE, 1e300, 'nan'::DOUBLE", '1.10 0.5 1e+300 "NaN"'],
    [
      `SELECT TIMESTAMP '2026-03-01 06:00:00.5', DATE '2026-03-01', TIMESTAMPTZ '2026-03-01 06:00:00+02', TIME '06:00'`,
      '"2026-03-01T06:00:00.5Z" "2026-03-01" "2026-03-01T04:00:00Z" "06:00:00"',
    ],
    [
      `SELECT [1, NULL], {'a': [DATE '2026-03-01'], 'b c': 1}, MAP {'k': 1}, MAP {1: 'v'}`,
      '[1,null] {"a":["2026-03-01"],"b c":1} {"k":1} [{"key":1,"value":"v"}]',
    ],
    [
      `SELECT '{"a":  9007199254740993}'::JSON, 'say "hi"', true, NULL`,
      String.raw`{"a":  9007199254740993} "say \"hi\"" true null`,
    ],
    [`SELECT INTERVAL 2 DAY, 'x'::BLOB, ['{"a":1}'::JSON]`, '"2 days" "x" [{"a":1}]'],
  ])('is answered without loss: %s', async (sql, row) => expect(await ask(sql)).toEqual([row]))

  it.each([
    'SHOW ALL TABLES',
    'DESCRIBE todo.items',
    'SUMMARIZE todo.items',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE FROM todo.items',
    '-- what is there\nFROM todo.items',
    'PIVOT todo.items ON id USING count(*);',
    'WITH few AS (FROM todo.items LIMIT 1) FROM few',
    'VALUES (1)',
  ])('may be of any kind: %s', async (sql) => expect(await ask(sql)).not.toEqual([]))

  it('is told which of the tables it names', async () => {
    const namedBy = async (sql: string): Promise<TableName[] | undefined> => {
      let found: TableName[] | undefined
      const mirrorFor = (wanted: TableName[] | undefined): Promise<QueryMirror> => {
        found = wanted
        return Promise.resolve({ datasets: [], own: {} })
      }
      const query = await openQuery(sql, mirrorFor, { files, signal: never })
      query.close()
      return found
    }
    expect(await namedBy('SELECT * FROM "my ""set".saved JOIN other.v_history USING (id)')).toEqual(
      expect.arrayContaining([
        { schema: 'my "set', table: 'saved' },
        { schema: 'other', table: 'v_history' },
      ]),
    )
    expect(await namedBy('SHOW ALL TABLES')).toBeUndefined()
    expect(await namedBy('SELECT FROM WHERE')).toBeUndefined()
  })

  it('says which tables there are when it names another one', async () => {
    const hint =
      'Tables: todo.items, todo.items_history, todo.items_errors, unsilo.parcels, unsilo.metrics, unsilo.ledger.'
    for (const sql of ['FROM todo.nothing', 'FROM nothing.items', 'FROM nothing']) {
      await expect(ask(sql)).rejects.toMatchObject({ code: 'query', hint })
    }
  })

  it('names those of the views where there are many tables', async () => {
    const names = ['a', 'b', 'c', 'd', 'order']
    const hint =
      'Tables: a.items, b.items, c.items, d.items, "order".items, unsilo.parcels, unsilo.metrics, unsilo.ledger; ' +
      'those of views with _history and _errors beside them.'
    await expect(ask('FROM nothing', await mirrorOf(...names))).rejects.toMatchObject({ hint })
  })

  it('says how a table is written that needs quotes', async () => {
    const mirror = await mirrorOf('my-feed', 'todo')
    const hints: [sql: string, hint: string | undefined][] = [
      ['SELECT * FROM my-feed.items_history', 'Write it with quotes: "my-feed".items_history.'],
      ['FROM my-feed.items LIMIT 1', 'Write it with quotes: "my-feed".items.'],
      ['FROM todo.items LIMIT', undefined],
    ]
    for (const [sql, hint] of hints) await expect(ask(sql, mirror)).rejects.toMatchObject({ code: 'query', hint })
  })

  it('says what is wrong with it, in the words of DuckDB', async () => {
    await expect(ask('SELECT nothing FROM todo.items')).rejects.toMatchObject({
      code: 'query',
      message: expect.stringMatching(/^Binder Error: Referenced column "nothing" not found/) as string,
    })
    await expect(ask('')).rejects.toMatchObject({ code: 'query' })
  })

  it('goes on in parts, and can be broken off', async () => {
    const controller = new AbortController()
    const query = await openQuery('FROM range(1e9::BIGINT)', () => mirrorOf('todo'), {
      files,
      signal: controller.signal,
    })
    let rows = 0
    const read = async (): Promise<void> => {
      for await (const batch of (await query.ask()).batches()) {
        rows += batch.length
        controller.abort()
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'cancelled' })
    expect(rows).toBeLessThan(1e6)
    query.close()
  })

  it('is broken off while it is worked on', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 8'
    await expect(ask(sql, undefined, controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('can have an answer in Parquet, in the one file that it was given', async () => {
    const output = join(temporaryFolder(), 'answer.parquet')
    const mirror = await mirrorOf('todo')
    const options = { files, signal: never, output }
    const query = await openQuery('FROM todo.items ORDER BY id;', () => Promise.resolve(mirror), options)
    await query.writeParquet()
    query.close()
    const again = {
      datasets: [
        { name: 'd', views: [{ name: 'v', paths: { ...mirror.datasets[0]!.views[0]!.paths, items: output } }] },
      ],
      own: {},
    }
    expect(await ask('SELECT list(id) FROM d.v', again)).toEqual(['[1,2,3]'])
  })
})

describe('what a question must not do', () => {
  const folder = temporaryPathOfTests()

  it.each([
    `FROM read_text('/etc/passwd')`,
    `FROM '/etc/passwd'`,
    `FROM read_csv('/etc/passwd')`,
    `FROM read_parquet('/etc/*')`,
    `FROM glob('/etc/*')`,
    `FROM sniff_csv('/etc/passwd')`,
    `FROM 'https://example.com/a.csv'`,
    `COPY (SELECT 1) TO '${folder}/a.csv'`,
    `COPY todo.items TO '${folder}/a.parquet' (FORMAT parquet, USE_TMP_FILE false)`,
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${folder}/a.csv' (USE_TMP_FILE false)`,
    `EXPLAIN /* SELECT */ ANALYZE COPY (SELECT 1) TO '${folder}/a.csv'`,
    `EXPORT DATABASE '${folder}'`,
    `ATTACH '${folder}/a.db'`,
    `ATTACH '${folder}/a.db' AS a; SELECT 1`,
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    'RESET lock_configuration',
    'PRAGMA enable_profiling',
    `PRAGMA profiling_output = '${folder}/a.json'`,
    `CREATE PERSISTENT SECRET s (TYPE s3)`,
    'CREATE TABLE a AS SELECT 1',
    'DROP VIEW todo.items',
    'DELETE FROM todo.items',
    'INSERT INTO unsilo.parcels (dataset) VALUES (1)',
    'SELECT 1; SELECT 2',
    `SELECT 1; COPY (SELECT 1) TO '${folder}/a.csv'`,
    `FROM query('COPY (SELECT 1) TO ''${folder}/a.csv''')`,
  ])('is refused: %s', async (sql) => {
    await expect(ask(sql)).rejects.toMatchObject({ code: 'query' })
    expect(existsSync(folder)).toBe(false)
  })

  it('is to write over the tables that it reads', async () => {
    const mirror = await mirrorOf('todo')
    const { items } = mirror.datasets[0]!.views[0]!.paths
    for (const how of ['', 'EXPLAIN ANALYZE ', 'EXPLAIN (ANALYZE) ']) {
      const sql = `${how}COPY (SELECT 1) TO '${items}' (FORMAT parquet, USE_TMP_FILE false)`
      await expect(ask(sql, mirror)).rejects.toMatchObject({ code: 'query' })
    }
    expect(await ask('SELECT count(*) FROM todo.items', mirror)).toEqual(['3'])
    expect(readdirSync(join(items, '..'))).toHaveLength(3)
  })

  it('is to get out of what is written for it', async () => {
    const output = join(temporaryFolder(), 'answer.parquet')
    const other = join(temporaryFolder(), 'other.csv')
    for (const sql of [`SELECT 1) TO '${other}' (FORMAT csv); --`, `SELECT 1) TO '${other}' /*`]) {
      const query = await openQuery(sql, () => mirrorOf('todo'), { files, signal: never, output })
      await expect(query.writeParquet()).rejects.toMatchObject({ code: 'query' })
      query.close()
    }
    expect(existsSync(other)).toBe(false)
  })
})

/** A place that does not exist, and must not after the tests. */
function temporaryPathOfTests(): string {
  return join('/tmp', `unsilo-never-${process.pid}`)
}
