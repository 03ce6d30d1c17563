import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parcelIdAt } from '../../src/parcel/id.ts'
import { createAccount } from '../simulator/account.ts'
import { gapsIn, sightingsIn, timesEvery } from '../simulator/snapshot.ts'
import { truthOf } from '../simulator/truth.ts'
import { full, newest } from '../simulator/view.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const hourMs = 3_600_000
const account = createAccount({ seed: 5, start: new Date('2024-01-01T00:00:00Z'), createdPerDay: 20, unsaveRate: 0.02 })
account.advanceTo(new Date('2024-02-01T00:00:00Z'))
const times = timesEvery(60 * hourMs, new Date('2024-01-05T00:00:00Z'), new Date('2024-02-01T00:00:00Z'))
const truth = truthOf(account)
const everything = truth.snapshots(full(), times)
const feed = truth.snapshots(newest(40), times)

/** Two datasets with views over snapshots of one account: all of it, and its newest 40 items. */
function simulatedRoot(): CliRoot {
  const root = cliRoot()
  root.write('account/config.toml', '[views.saved]\nitems = "saved[*]"\nkey = "id"\nignore = ["score"]\n')
  root.write(
    'my-feed/config.toml',
    '[views.newest]\nkey = "id"\nwindow = { newest = 40, by = "created_at" }\nabsent = { mark = true }\n',
  )
  for (const { at, items } of everything) {
    root.write(`account/data/${parcelIdAt(at)}.json`, JSON.stringify({ saved: items }))
  }
  for (const { at, items } of feed) root.write(`my-feed/data/${parcelIdAt(at)}.json`, JSON.stringify(items))
  return root
}

describe('the views of a simulated account', () => {
  it('say what the account went through', async () => {
    const root = simulatedRoot()
    const sightings = [...sightingsIn(everything, ['score']).values()]
    const gone = sightings.filter(({ absences }) => absences.length > 0 && absences.at(-1)?.until === undefined)
    const { views } = (await root.cli('views', '--json')).json() as { views: { view: string; gaps: unknown[] }[] }
    expect(views).toMatchObject([
      {
        view: 'saved',
        items: sightings.length,
        absent: gone.length,
        versions: sightings.reduce((sum, { versions }) => sum + versions.length, 0),
        parcels: times.length,
        errors: 0,
      },
      { view: 'newest', parcels: times.length },
    ])
    expect(views[1]!.gaps).toHaveLength(gapsIn(feed).length)
    expect(gapsIn(feed).length).toBeGreaterThan(0)
  })

  it('are joined across datasets', async () => {
    const root = simulatedRoot()
    const shown = new Set(feed.flatMap(({ items }) => items.map(({ id }) => id)))
    const seen = new Set(everything.flatMap(({ items }) => items.map(({ id }) => id)))
    const sql = `SELECT count(*) AS missed FROM account.saved a ANTI JOIN "my-feed".newest b USING (id)`
    const { stdout, stderr } = await root.cli('query', sql, '--format', 'csv')
    expect({ stdout, stderr }).toEqual({
      stdout: `missed\r\n${seen.size - [...shown].filter((id) => seen.has(id)).length}\r\n`,
      stderr: '',
    })
  })

  it('are as they were at a time', async () => {
    const root = simulatedRoot()
    const at = times[4]!
    const then = (await root.cli('items', 'account/saved', '--as-of', parcelIdAt(at), '--json')).json() as {
      id: number
      _absent_since: string | null
    }[]
    const there = then.filter((item) => item._absent_since === null).map(({ id }) => id)
    expect(new Set(there)).toEqual(new Set(everything[4]!.items.map(({ id }) => id)))
    const now = (await root.cli('items', 'account/saved', '--json')).json() as unknown[]
    expect(now.length).toBeGreaterThan(then.length)
  })

  it('say when the first parcel is of, for a time before that', async () => {
    const root = simulatedRoot()
    const asked = ['items', 'account/saved', '--as-of', '1999-12-31']
    const { stderr, status } = await root.cli(...asked)
    expect({ stderr, status }).toEqual({
      stderr: `The first parcel is of ${parcelIdAt(times[0]!)}; nothing is known of that time.\n`,
      status: 0,
    })
    const json = await root.cli(...asked, '--json')
    expect({ json: json.json(), status: json.status }).toEqual({ json: [], status: 0 })
  })

  it('tell the history of one item', async () => {
    const root = simulatedRoot()
    const [id, sighting] = [...sightingsIn(everything, ['score'])].find(([, { versions }]) => versions.length > 1)!
    const answer = await root.cli('items', 'account/saved', '--history', String(id), '--json')
    const rows = answer.json() as { version: number; kind: string; item: { title: string } | null }[]
    const versions = new Map(
      rows.filter(({ item }) => item !== null).map(({ version, item }) => [version, item!.title]),
    )
    expect([...versions.values()]).toEqual(sighting.versions.map(({ item }) => item.title))
    expect(await root.cli('items', 'account/saved', '--history', 'none')).toMatchObject({ status: 2 })
  })

  it('follow the parcels: one more, one less, a cache that is gone', async () => {
    const root = simulatedRoot()
    const count = async (): Promise<unknown> =>
      (
        await root.cli('query', 'SELECT count(*)::INT AS items, max(_last_seen) AS last FROM account.saved', '--json')
      ).json()
    const whole = await count()
    const last = parcelIdAt(times.at(-1)!)
    const path = join(root.path, `account/data/${last}.json`)
    const bytes = readFileSync(path)
    rmSync(path)
    expect(await count()).not.toEqual(whole)
    writeFileSync(path, bytes)
    expect(await count()).toEqual(whole)
    rmSync(join(root.path, 'account/.cache'), { recursive: true })
    expect(await count()).toEqual(whole)
  })
})

describe('unsilo query', () => {
  const simple = (): CliRoot => {
    const root = cliRoot()
    root.write('todo/config.toml', 'guard.min_bytes = 10\n[views.tasks]\nkey = "id"\n')
    root.write(
      'todo/data/2026-03-01T060000Z.json',
      '[{"id": 1, "text": "a, \\"b\\""}, {"id": 2, "text": ""}, {"id": 3}]',
    )
    root.write('todo/metrics.csv', 'parcel_id,success,files,bytes,tasks\r\n2026-03-01T060000Z,Y,1,60,3\r\n')
    return root
  }
  const sql = 'SELECT id, text FROM todo.tasks ORDER BY id'

  it('prints each format', async () => {
    const root = simple()
    expect((await root.cli('query', sql)).stdout).toBe('id  text\n 1  a, "b"\n 2\n 3\n')
    expect((await root.cli('query', sql, '--format', 'csv')).stdout).toBe('id,text\r\n1,"a, ""b"""\r\n2,""\r\n3,\r\n')
    expect((await root.cli('query', sql, '--format', 'ndjson')).stdout.split('\n')).toHaveLength(4)
    const rows = [
      { id: 1, text: 'a, "b"' },
      { id: 2, text: '' },
      { id: 3, text: null },
    ]
    expect((await root.cli('query', sql, '--json')).json()).toEqual(rows)
    expect((await root.cli('query', `${sql} LIMIT 0`, '--json')).json()).toEqual([])
    expect((await root.cli('query', `${sql} LIMIT 0`, '--format', 'csv')).stdout).toBe('id,text\r\n')
    expect((await root.cli('query', sql, '--format', 'parquet')).stdout).toMatch(/^PAR1.*PAR1$/s)
  })

  it('writes to a file, by its name, and leaves the old one when the question is wrong', async () => {
    const root = simple()
    for (const name of ['answer.csv', 'answer.parquet', 'answer.json', 'answer.ndjson', 'answer.txt']) {
      expect(await root.cli('query', sql, '--output', name)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    }
    expect(root.read('answer.csv')).toBe('id,text\r\n1,"a, ""b"""\r\n2,""\r\n3,\r\n')
    expect(root.read('answer.parquet').slice(0, 4)).toBe('PAR1')
    expect(root.read('answer.txt')).toMatch(/^id {2}text\n/)
    for (const name of ['answer.csv', 'answer.parquet']) {
      const before = root.read(name)
      expect(await root.cli('query', 'SELECT error(id::TEXT) FROM todo.tasks', '--output', name)).toMatchObject({
        status: 1,
      })
      expect(root.read(name)).toBe(before)
    }
    expect(root.names('.').filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('ends with 1 and says what is wrong, and which tables there are', async () => {
    const root = simple()
    const answer = await root.cli('query', 'FROM todo.task')
    expect(answer.status).toBe(1)
    expect(answer.stderr).toContain('Catalog Error: Table with name task does not exist!')
    expect(answer.stderr).toContain('→ Tables: todo.tasks, todo.tasks_history, todo.tasks_errors, unsilo.parcels,')
    for (const refused of [
      `FROM read_text('/etc/passwd')`,
      `COPY todo.tasks TO 'x.csv'`,
      `ATTACH 'x.db'`,
      'INSTALL httpfs',
    ]) {
      expect(await root.cli('query', refused)).toMatchObject({ status: 1, stdout: '' })
    }
    expect(root.names('.')).toEqual(['todo'])
  })

  it('says what to mend where a view is not there because of it, and that nothing is no question', async () => {
    const root = simulatedRoot()
    root.write('account/config.toml', '[views.saved]\nitems = "saved[*]"\nkye = "id"\n')
    const answer = await root.cli('query', 'FROM account.saved')
    expect(answer.stderr).toContain('unknown key "kye"')
    expect(answer.stderr).toContain('error: account.saved is not there\n→ Mend what is said above')
    expect(answer).toMatchObject({ status: 1, stdout: '' })
    for (const nothing of ['', ' -- nothing'])
      expect((await root.cli('query', nothing)).stderr).toContain('error: there is no question')
  })

  it('knows parcels, metrics and the ledger', async () => {
    const root = simple()
    root.write('todo/next.json', '[]')
    await root.cli('ingest', 'todo', 'todo/next.json', '-p', '2026-03-02T060000Z')
    const ask = async (question: string): Promise<unknown> => (await root.cli('query', question, '--json')).json()
    expect(await ask('SELECT parcel, state, time, bytes FROM unsilo.parcels')).toEqual([
      { parcel: '2026-03-01T060000Z', state: 'good', time: '2026-03-01T06:00:00Z', bytes: null },
      { parcel: '2026-03-02T060000Z', state: 'suspect', time: '2026-03-02T06:00:00Z', bytes: 2 },
    ])
    expect(await ask(`SELECT number FROM unsilo.metrics WHERE metric = 'tasks'`)).toEqual([{ number: 3 }])
    expect(await ask(`SELECT event, entry->>'by' AS by FROM unsilo.ledger ORDER BY time LIMIT 1`)).toEqual([
      { event: 'started', by: 'ingest' },
    ])
    // What a suspect parcel lacks is not gone.
    expect(await ask('SELECT count(_absent_since) AS gone FROM todo.tasks')).toEqual([{ gone: 0 }])
  })

  it('goes on without a view that cannot be made', async () => {
    const root = simple()
    root.write('other/config.toml', '[views.broken]\nkey = "id"\n')
    root.write('other/.cache', 'a file where a folder should be')
    const answer = await root.cli('query', 'SHOW ALL TABLES', '--format', 'csv')
    expect(answer).toMatchObject({ status: 0 })
    expect(answer.stdout).toContain('todo,tasks')
    expect(answer.stderr).toContain('! other: view broken: ')
    expect((await root.cli('views')).status).toBe(1)
  })
})

describe('unsilo views', () => {
  it('says where to look when items could not be read, or none were found', async () => {
    const root = cliRoot()
    root.write('todo/config.toml', '[views.tasks]\nkey = "idd"\n')
    root.write('todo/data/2026-03-02T080000Z.json', '[{"id": 1}]')
    root.write('my-feed/config.toml', '[views.posts]\nelement = "itm"\nkey = "guid"\n')
    root.write('my-feed/data/2026-03-02T080000Z.xml', '<rss><item><guid>1</guid></item></rss>')
    root.write('none/config.toml', '[views.tasks]\nkey = "id"\n')
    root.write('none/data/2026-03-02T080000Z.json', '[]')
    const { stdout } = await root.cli('views')
    expect(stdout).toContain(
      'todo/tasks:\n  errors: `unsilo query \'FROM "todo"."tasks_errors"\'` says what could not be read',
    )
    expect(stdout).toContain('because of what could not be read: there is no element "itm": did you mean "item"?\n')
    expect(stdout).toContain('none/tasks:\n  empty: no item was found in any parcel; ')
  })

  it('does not say that there are none where a configuration has a mistake', async () => {
    const root = cliRoot()
    root.write('todo/config.toml', '[views.tasks]\nkye = "id"\n')
    expect(await root.cli('views')).toMatchObject({ status: 3, stdout: '' })
  })
})

describe('unsilo run', () => {
  it('updates views, and a view that fails is a warning', async () => {
    const root = cliRoot()
    root.write(
      'todo/config.toml',
      'cmd = "echo \'[{\\"id\\":1}]\'"\nstdout = "json"\ninterval = "1 day"\n[views.tasks]\nkey = "id"\n',
    )
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    expect(root.read('todo/.cache/views/tasks/current')).toMatch(/^tables\//)
    rmSync(join(root.path, 'todo/.cache'), { recursive: true })
    writeFileSync(join(root.path, 'todo/.cache'), '')
    const answer = await root.cli('export', 'todo')
    expect(answer.status).toBe(0)
    expect(answer.stderr).toContain('! todo: view tasks: ')
  })

  it('makes no cache where there are no views', async () => {
    const root = cliRoot()
    mkdirSync(join(root.path, 'todo'))
    root.write('todo/config.toml', 'cmd = "echo []"\nstdout = "json"\ninterval = "1 day"\n')
    await root.cli('run')
    expect(root.names('todo')).not.toContain('.cache')
  })
})
