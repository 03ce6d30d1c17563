import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { queryMirror } from '../../src/dataset/views/query-mirror.ts'
import { cellJson } from '../../src/view/query/cell.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { type Scene, day, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const view = '\n[views.all]\nstream = "items"\nkey = "id"\nabsent = { mark = true }\n'

async function ask({ dataset }: Scene, sql: string): Promise<unknown[][]> {
  const onProblem = (): never => expect.unreachable()
  const query = await queryMirror(sql, [await dataset.open()], dataset.context, { onProblem })
  try {
    const { columns, batches } = await query.ask()
    const rows: unknown[][] = []
    for await (const batch of batches()) {
      for (const row of batch)
        rows.push(row.map((cell, index) => JSON.parse(cellJson(cell, columns[index]!.type)) as unknown))
    }
    return rows
  } finally {
    query.close()
  }
}

describe('a view of a stream', () => {
  it('has the records of all pages, and says which are gone', async () => {
    const made = await scene(streamOf(kind, 50) + view, { account: { deleteRate: 0.01, unsaveRate: 0.01 } })
    await made.exportWell()
    const before = made.service.account.listed()
    expect(before.length).toBeGreaterThan(50)
    made.advance(10 * day)
    await made.exportWell()
    const after = made.service.account.listed()
    const rows = await ask(
      made,
      'SELECT id, title, _absent_since IS NULL FROM todoist.all_history JOIN todoist."all" ON key = _key GROUP BY ALL',
    )
    const listed = new Map(after.map((item) => [item.id, item.title]))
    const ids = new Set([...before, ...after].map(({ id }) => id))
    expect(new Set(rows.map(([id]) => id))).toEqual(ids)
    for (const [id, title, isThere] of rows) {
      expect(isThere).toBe(listed.has(id as number))
      if (isThere === true) expect(title).toBe(listed.get(id as number))
    }
    expect(rows.some(([, , isThere]) => isThere === false)).toBe(true)
  })

  it('does not take for gone what an export of what is new leaves out', async () => {
    const cursor = 'cursor = { field = "updated_at", param = "since" }\n'
    const made = await scene(streamOf(kind, 50, cursor, 'sort = "updated_at"') + view, {
      account: { deleteRate: 0.01, unsaveRate: 0.01 },
    })
    await made.exportWell()
    const before = made.service.account.listed()
    made.advance(10 * day)
    expect((await made.exportWell()).holds).toBe('part')
    const [[items, absent]] = (await ask(made, 'SELECT count(*), count(_absent_since) FROM todoist."all"')) as [
      unknown[],
    ]
    expect(items).toBeGreaterThan(before.length)
    expect(absent).toBe(0)
  })

  it('goes on where an answer is damaged', async () => {
    const made = await scene(streamOf(kind, 50) + view)
    const { name } = await made.exportWell()
    writeFileSync(`${made.dataset.folder}/data/${name}/bodies/000001.json`, '{"items": [')
    // Of what was read before, there is an extract.
    rmSync(`${made.dataset.folder}/.cache`, { recursive: true })
    const rows = await ask(made, 'SELECT file, problem FROM todoist.all_errors')
    expect(rows.map(([file]) => file)).toContain('bodies/000001.json')
    const [[items]] = (await ask(made, 'SELECT count(*) FROM todoist."all"')) as [unknown[]]
    expect(items).toBe(made.service.account.listed().length - 50)
  })
})
