import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { queryMirror } from './query-mirror.ts'
import { datasetWith, putParcel } from './views.fixture.ts'

it('makes the table of the history for a question that may need it', async () => {
  const test = datasetWith('[views.v]\nkey = "id"\n', [{ id: 1, n: 1 }], 'd')
  putParcel(test, '2026-03-01T060000Z', [{ id: 1, n: 2 }])
  const dataset = await test.open()
  const ask = async (sql: string): Promise<unknown[]> => {
    const onProblem = (): void => expect.unreachable()
    const query = await queryMirror(sql, [dataset], test.context, { onProblem })
    try {
      const rows: unknown[] = []
      for await (const batch of (await query.ask()).batches()) rows.push(...batch)
      return rows
    } finally {
      query.close()
    }
  }
  const views = join(test.folder, '.cache', 'views', 'v')
  const hasHistory = (): boolean =>
    readdirSync(join(views, 'tables')).some((name) => existsSync(join(views, 'tables', name, 'v_history.parquet')))

  expect(await ask('SELECT n FROM d.v')).toEqual([[2n]])
  expect(await ask('FROM d.v_errors')).toEqual([])
  expect(hasHistory()).toBe(false)
  await expect(ask('FROM d.nothing')).rejects.toMatchObject({ hint: expect.stringContaining('d.v_history') as string })
  const changes = [
    [1n, 'new'],
    [2n, 'changed'],
  ]
  expect(await ask('SELECT version, kind FROM D.V_History ORDER BY 1')).toEqual(changes)
  expect(hasHistory()).toBe(true)

  putParcel(test, '2026-03-02T060000Z', [{ id: 1, n: 3 }])
  expect(await ask('SELECT n FROM d.v')).toEqual([[3n]])
  expect(hasHistory()).toBe(true)
  // Which tables it needs cannot be said before.
  const names = await ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'd' ORDER BY 1")
  expect(names).toEqual([['v'], ['v_errors'], ['v_history']])
})
