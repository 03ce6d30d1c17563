import { describe, expect, it } from 'vitest'
import { systemFiles } from '../system/files.ts'
import { type ViewDefinition, extractFingerprint } from '../view/definition.ts'
import { loadDatasets } from './load.ts'
import { sayProblem } from './problem.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

async function load(config: string, root = '') {
  const folder = temporaryRoot({ 'a/config.toml': config, 'unsilo.toml': root })
  const { datasets, problems } = await loadDatasets(systemFiles, folder, [], folder)
  return { views: datasets[0]?.config.views, problems: problems.map(sayProblem) }
}

async function viewIn(config: string): Promise<ViewDefinition> {
  const { views, problems } = await load(config)
  expect(problems).toEqual([])
  return views![0]!
}

const rest = (stream: string, more = ''): string =>
  `[source]\nkind = "rest"\nbase = "https://example.org"\nstreams = [{ name = "events", path = "e", ${stream} }]\n${more}`

describe('a view', () => {
  it('is all of its items by default, with absences marked at once', async () => {
    expect(await viewIn('[views.tasks]\nkey = "id"')).toEqual({
      name: 'tasks',
      key: [{ text: 'id', steps: ['id'] }],
      pick: 'latest',
      prefer: {},
      ignore: [],
      window: 'all',
      absent: { mark: true, parcels: 1, days: 0 },
      checks: {},
      decrypt: [],
    })
  })

  it('has all that is written', async () => {
    const view = await viewIn(`
      [views.saved]
      items = ["saved[*]", "data.children[*].data"]
      key = ["kind", "id"]
      pick = "first"
      prefer = { body = "first-nonempty" }
      ignore = "score"
      files = "*.json"
      window = { newest = 1000, by = "created_utc" }
      absent = { days = 7 }
      feed = { time = "created", title = "title" }
      [views.saved.columns]
      created = "created_utc :: epoch"
      title = "title"
      body = '["odd :: name"].text :: text'`)
    expect(view.items?.map(({ text }) => text)).toEqual(['saved[*]', 'data.children[*].data'])
    expect(view).toMatchObject({
      key: [{ text: 'kind' }, { text: 'id' }],
      pick: 'first',
      prefer: { body: 'first-nonempty' },
      ignore: [{ text: 'score' }],
      files: '*.json',
      window: { newest: 1000, by: { text: 'created_utc' } },
      absent: { mark: true, parcels: 1, days: 7 },
      feed: { time: 'created', title: 'title' },
      columns: {
        created: { path: { text: 'created_utc' }, type: 'epoch' },
        title: { path: { text: 'title' }, type: undefined },
        body: { path: { steps: ['odd :: name', 'text'] }, type: 'text' },
      },
    })
  })

  it('marks no absences in a window, unless it is asked to', async () => {
    const window = 'window = { newest = 5, by = "at" }'
    expect((await viewIn(`[views.a]\nkey = "id"\n${window}`)).absent.mark).toBe(false)
    expect((await viewIn(`[views.a]\nkey = "id"\n${window}\nabsent = { mark = true }`)).absent.mark).toBe(true)
    expect((await viewIn(`[views.a]\nkey = "id"\n${window}\nabsent = { parcels = 2 }`)).absent.mark).toBe(true)
  })

  it('may show the newest of a list that is sorted by nobody knows what', async () => {
    const view = await viewIn('[views.a]\nkey = "id"\nwindow = { newest = 5 }')
    expect(view).toMatchObject({ window: { newest: 5 }, absent: { mark: false } })
    const stream = rest('key = "id", window = { newest = 5 }', '[views.a]\nstream = "events"\nabsent = { mark = true }')
    expect(await viewIn(stream)).toMatchObject({ window: { newest: 5 }, absent: { mark: true } })
  })

  it('has keys with parts that may be missing, that were renamed, or are times', async () => {
    const key = String.raw`key = ["id", "a.b ?", "new | old :: epoch", '["odd | name?"]', '["x"] | y?']`
    expect((await viewIn(`[views.a]\n${key}`)).key).toEqual([
      { text: 'id', steps: ['id'] },
      { text: 'a.b ?', steps: ['a', 'b'], isOptional: true },
      {
        text: 'new | old :: epoch',
        steps: ['new'],
        others: [{ path: { text: 'old', steps: ['old'] }, type: 'epoch' }],
      },
      { text: '["odd | name?"]', steps: ['odd | name?'] },
      {
        text: '["x"] | y?',
        steps: ['x'],
        others: [{ path: { text: 'y', steps: ['y'] }, type: undefined }],
        isOptional: true,
      },
    ])
  })

  it('takes the hash of an item, or a field of that name', async () => {
    expect((await viewIn('[views.a]\nkey = "hash"')).key).toBe('hash')
    expect((await viewIn('[views.a]\nkey = ["hash"]')).key).toEqual([{ text: 'hash', steps: ['hash'] }])
  })
})

describe('a view of a stream', () => {
  it('has from it what it does not say itself', async () => {
    const stream = 'items = "data[*]", key = "id", window = { newest = 90, by = "at" }'
    const view = await viewIn(rest(stream, '[views.a]\nstream = "events"'))
    expect(view).toMatchObject({
      items: [{ text: 'data[*]' }],
      key: [{ text: 'id' }],
      window: { newest: 90, by: { text: 'at' } },
    })
    const own = await viewIn(rest(stream, '[views.a]\nstream = "events"\nitems = "x"\nkey = "hash"\nwindow = "all"'))
    expect(own).toMatchObject({ items: [{ text: 'x' }], key: 'hash', window: 'all' })
  })

  it.each([
    ['key = "id", cursor = { field = "at", param = "since" }', ''],
    ['key = "id", stop = { known_pages = 1 }', ''],
    ['key = "id", window = { newest = 1000 }', ''],
    ['key = "id"', '[source.drain]\nstream = "events"\nrequest = "DELETE e/{id}"\n'],
  ])('takes nothing for absent that was only not asked for, or deleted by us: %s %s', async (stream, drain) => {
    const view = await viewIn(rest(stream, `${drain}[views.a]\nstream = "events"`))
    expect(view.absent.mark).toBe(false)
  })
})

describe('what is wrong with a view', () => {
  it.each<[config: string, ...problems: string[]]>([
    ['[views.a]', 'a/config.toml:1: views.a: has no `key`. Name the field that tells items apart, or write "hash".'],
    ['[views.a]\nkye = "id"', 'a/config.toml:2: views.a: unknown key "kye": did you mean "key"?'],
    [
      '[views.a]\nkey = "id"\nwindow = { newst = 3 }',
      'a/config.toml:3: views.a.window: unknown key "newst": did you mean "newest"?',
    ],
    [
      '[views.a]\nkey = "id"\nwindow = 1000',
      'a/config.toml:3: views.a.window: expects "all" or a table, not a number. A table has keys; here: newest, by.',
    ],
    [
      '[views.a]\nkey = "id"\nwindow = "al"',
      'a/config.toml:3: views.a.window: "al" is not one of "all". Did you mean "all"?',
    ],
    [
      '[views.a]\nkey = "id"\ncsv = { header = true }',
      'a/config.toml:3: views.a.csv.header: is the name of a column, or a list of the names of all columns, or false',
    ],
    [
      '[views.a]\nkey = "id"\ncsv = { header = ["x", "x"], skip_lines = "(", footer = 0 }',
      'a/config.toml:3: views.a.csv.footer: must be at least 1',
      'a/config.toml:3: views.a.csv.skip_lines: is no regular expression',
      'a/config.toml:3: views.a.csv: `header` has a name twice',
    ],
    [
      '[views.a]\nkey = "id"\ntable = "t"\nsql = "SELECT 1"',
      'a/config.toml:4: views.a.sql: has no use beside `table`. Remove one of the two.',
    ],
    [
      '[views.a]\nkey = "id"\ntable = "t"\nitems = "x"',
      'a/config.toml:4: views.a.items: has no use beside `table`. Remove one of the two.',
    ],
    [
      '[views.a]\nkey = "id"\nsql = "x"\nelement = "t"',
      'a/config.toml:4: views.a.element: has no use beside `sql`. Remove one of the two.',
    ],
    [
      '[views.a]\nkey = "id"\nstream = "t"',
      'a/config.toml:3: views.a.stream: has no use without a REST source. Say with `items` where the items are.',
    ],
    [
      rest('key = "id"', '[views.a]\nstream = "evnts"\nkey = "id"'),
      'a/config.toml:6: views.a.stream: there is no stream "evnts". There are: events.',
    ],
    [rest('key = "id"', '[views.a]\nkey = "id"'), 'a/config.toml:5: views.a: has no `stream`. There are: events.'],
    [
      rest('format = "any"', '[views.a]\nkey = "id"\nstream = "events"'),
      'a/config.toml:7: views.a.stream: the answers of events are not looked into (format = "any"). Read them with `files` instead.',
    ],
    [
      rest('key = "id"', '[views.a]\nstream = "events"\ntable = "x"'),
      'a/config.toml:7: views.a.table: has no use beside `stream`. Remove one of the two.',
    ],
    [
      '[source]\nkind = "sqlite"\npath = "a.db"\n[views.a]\nkey = "id"',
      'a/config.toml:4: views.a: has no `table`. Name the table, or write a query as `sql`.',
    ],
    [
      '[views.a]\nkey = "id"\nabsent = { mark = false, days = 3 }',
      'a/config.toml:3: views.a.absent.days: has no use with mark = false. Remove it.',
    ],
    [
      '[views.a]\nkey = "id"\nprefer = { c = "first" }\nfeed = { time = "t" }\ncolumns = { b = "b" }',
      'a/config.toml:3: views.a.prefer.c: is no column. There are: b.',
      'a/config.toml:4: views.a.feed.time: "t" is no column. There are: b.',
    ],
    [
      '[views.a]\nkey = "id"\nchecks = { b = {}, c = { sql = "SELECT 1", min = 3 }, d = { column = "x", rows = { as = "a" } } }',
      'a/config.toml:3: views.a.checks.b: checks nothing. Add one of not_null, unique, min, max, values, pattern, missing, rows, sql.',
      'a/config.toml:3: views.a.checks.c.min: has no use beside `sql`. Remove one of the two.',
      'a/config.toml:3: views.a.checks.d.column: has no use with `rows` alone. Remove it.',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { b = "b" }\nchecks = { c = { not_null = true }, _KEY = { unique = true } }',
      'a/config.toml:4: views.a.checks.c: "c" is no column. There are: b.',
    ],
    [
      '[views.a]\nkey = "id"\n[views.a.checks]\nb = { pattern = "(" }\nc = { min = 3, max = 2 }\nd = { max = "2026-02-30" }\ne = { rows = { as = "b" } }\nf = { rows = { as = "other.b" } }\ng = { pattern = "(?i)^a" }',
      "a/config.toml:4: views.a.checks.b.pattern: is no regular expression: unterminated group. Its syntax is that of https://github.com/google/re2/wiki/Syntax; in TOML, '…' keeps each \\ as it is.",
      'a/config.toml:5: views.a.checks.c.min: is above `max`. Turn them round: no value is both.',
      'a/config.toml:6: views.a.checks.d.max: there is no such date or time: "2026-02-30". Write it like "2026-03-01" or "2026-03-01T18:00Z".',
      'a/config.toml:7: views.a.checks.e.rows.as: there is no view "b". There are: a; that of another dataset is written DATASET.VIEW.',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { n = "n :: integer", t = "t :: epoch" }\n[views.a.checks]\nnever = { column = "t", max = "2026-02-30" }\nn = { min = "low", values = [1, "2"] }\nt = { min = 5, max = "now", unique = ["n", "m"] }\nu = { column = "N", missing = { most = "1%", by = ["x"] } }',
      'a/config.toml:5: views.a.checks.never.max: there is no such date or time: "2026-02-30". Write it like "2026-03-01" or "2026-03-01T18:00Z".',
      'a/config.toml:6: views.a.checks.n.min: n is of type integer, and "low" is not. Write a number, or make the column a time: [views.NAME.columns] n = "n :: epoch".',
      'a/config.toml:6: views.a.checks.n.values: n is of type integer, and "2" is not. Write the values in the type of the column, or give the column another type in `columns`.',
      'a/config.toml:7: views.a.checks.t.unique: "m" is no column. There are: n, t.',
      'a/config.toml:7: views.a.checks.t.min: t is of type epoch, and 5 is not. Write the bound in the type of the column, or give the column another type in `columns`.',
      'a/config.toml:8: views.a.checks.u.missing.by: "x" is no column. There are: n, t.',
    ],
    [
      '[views.a]\nkey = "id"\nchecks.b.missing.most = "many"',
      'a/config.toml:3: views.a.checks.b.missing.most: "many" is not a percentage. Write it like "5%" or "0.5%".',
    ],
    [
      '[views.a]\nkey = "id"\ndecrypt = [{ fields = "x", scheme = "rsa-oaep", key = "MIIE" }]',
      'a/config.toml:3: views.a.decrypt[0].key: a secret never stands in the configuration: say where it is, as in { file = "~/.secrets/…" }, { env = "…" } or { command = "…" }',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { b = "b :: int" }',
      'a/config.toml:3: views.a.columns.b: "int" is not a type. Types: text, integer, number, boolean, timestamp, date, epoch, epoch-ms, json.',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { b = "b[*]" }',
      'a/config.toml:3: views.a.columns.b: "b[*]" leads to many values, and one is needed. Leave out "[*]": the path begins in one item, or in the body.',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { b = "b", B = "c" }',
      'a/config.toml:3: views.a.columns: "b" and "B" are one name in SQL. Give one of the columns another name.',
    ],
    [
      '[views.a]\nkey = "id"\ncolumns = { _KEY = "b" }',
      'a/config.toml:3: views.a.columns: "_KEY" is a column that every view has. Give the column another name.',
    ],
    [
      '[views.a]\nkey = "id"\nignore = "."',
      'a/config.toml:3: views.a.ignore: "." is not a path. Write it like "items", "data.children[*].data", "[*]", "users{*}" or \'meta["odd.key"].next\'.',
    ],
    [
      '[views.a]\nkey = "id"\nignore = "a{*}.b"',
      'a/config.toml:3: views.a.ignore: "a{*}.b" goes through a map. Name the field that holds the map.',
    ],
    [
      '[views.a]\nkey = "a{*}"',
      'a/config.toml:2: views.a.key: "a{*}" leads to many values, and one is needed. Leave out "{…}": the path begins in one item, or in the body.',
    ],
    [
      '[views.a]\nkey = "id"\nitems = "a{*}.b{*}"',
      'a/config.toml:3: views.a.items: "a{*}.b{*}" has two names for items that are the same. Give each a name of its own, as in "shops{shop}.items{item}".',
    ],
    [
      '[views.a]\nkey = "id | b :: moment"',
      'a/config.toml:2: views.a.key: "moment" is not a type. Types: text, integer, number, boolean, timestamp, date, epoch, epoch-ms, json.',
    ],
    [
      '[views.a]\nkey = "id"\ncsv = { skip = 2, header = "Date" }',
      'a/config.toml:3: views.a.csv: `skip` has no use beside `header`',
    ],
    [
      '[views.a]\nkey = "id"\ncsv = { encoding = "ebcdic" }',
      'a/config.toml:3: views.a.csv.encoding: is no encoding; there are "windows-1252", "iso-8859-2", "utf-16le", "shift_jis" and others',
    ],
    [
      '[views.a]\nkey = "id"\ncsv = { delimiter = ", " }',
      'a/config.toml:3: views.a.csv.delimiter: a delimiter is one character, and neither a quote nor a line end',
    ],
    ['[views.a]\nkey = "id"\nwindow = "some"', 'a/config.toml:3: views.a.window: "some" is not one of "all"'],
    [
      '[views.a]\nkey = "id"\nwindow = { newest = 0, by = "x" }',
      'a/config.toml:3: views.a.window.newest: must be at least 1',
    ],
  ])('is said with its line: %j', async (config, ...problems) => {
    expect((await load(config)).problems).toEqual(problems)
  })

  it.each(['Saved', '1a', 'a b', 'a_history', 'tasks_errors'])('is its name: %s', async (name) => {
    const { problems } = await load(`[views."${name}"]\nkey = "id"`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('the name of a view')
  })

  it('is that it stands in the defaults', async () => {
    const { problems } = await load('cmd = "true"', '[defaults.views.a]\nkey = "id"')
    expect(problems).toEqual([expect.stringContaining('unknown key "views"')])
  })
})

describe('the fingerprint of extracts', () => {
  const base = '[views.a]\nkey = "id"\nignore = ["x", "y"]\n'
  const fingerprint = async (config: string): Promise<string> => extractFingerprint(await viewIn(config))

  it.each([
    'pick = "first"',
    'prefer = { a = "first" }',
    'absent = { parcels = 5 }',
    'columns = { a = "b" }',
    'feed = { time = "at" }',
  ])('is the same with %s', async (more) => {
    expect(await fingerprint(base + more)).toBe(await fingerprint(base))
  })

  it('is the same for another name, another size of the window, another order of what is ignored', async () => {
    expect(await fingerprint('[views.b]\nkey = "id"\nignore = ["y", "x"]')).toBe(await fingerprint(base))
    const window = (newest: number): string => `${base}window = { newest = ${newest}, by = "at" }`
    expect(await fingerprint(window(1))).toBe(await fingerprint(window(2)))
  })

  it.each([
    'items = "a"',
    'items = ["a", "b"]',
    'items = ["b", "a"]',
    'table = "t"',
    'sql = "t"',
    'element = "t"',
    'files = "t"',
    'window = { newest = 5, by = "a" }',
  ])('is another with %s', async (more) => {
    const all = await Promise.all(
      ['', 'items = "b"', 'window = { newest = 5, by = "b" }'].map((one) => fingerprint(base + one)),
    )
    expect(all).not.toContain(await fingerprint(base + more))
  })

  it('is another with another key, and what is ignored', async () => {
    const all = await Promise.all(
      [
        '"id"',
        '["id", "b"]',
        '["id", "b?"]',
        '"id | b"',
        '"hash"',
        '"id"\nignore = "x"',
        '"id"\ncsv = { skip = 1 }',
      ].map((keys) => fingerprint(`[views.a]\nkey = ${keys}`)),
    )
    expect(new Set(all).size).toBe(7)
  })
})

describe('what is wrong with files of views', () => {
  const base = '[views.a]\nkey = "id"\n[publish_view.t]\n'
  it.each<[block: string, ...problems: string[]]>([
    [
      'file = "a.csv"',
      'a/config.toml:3: publish_view.t: has neither `view` nor `sql`. Name the view, or write a question.',
    ],
    ['view = "b"\nfile = "a.csv"', 'a/config.toml:4: publish_view.t.view: there is no view "b". There are: a.'],
    [
      'view = "a"\nfile = "a.txt"',
      'a/config.toml:5: publish_view.t.file: does not say how to write it. End it in .csv, .ndjson or .parquet, or set `format`.',
    ],
    [
      'view = "a"\nfile = "../a.csv"',
      'a/config.toml:5: publish_view.t.file: "../a.csv" is not a path inside a folder. Write it like "tasks.csv", "{form.name}_{day}.csv" or "{form.name}/{day:created}.csv".',
    ],
    [
      'view = "a"\nfile = "a.csv"\nfolder = "../b"',
      'a/config.toml:6: publish_view.t.folder: leads out of the dataset. Write a path elsewhere in full: "/srv/tables".',
    ],
    [
      'view = "a"\nfile = "a.csv"\nfolder = "data/x"',
      'a/config.toml:6: publish_view.t.folder: is a folder that unsilo needs itself. Name another, as in "published".',
    ],
    [
      'sql = "SELECT 1"\nfile = "a.csv"\nwhere = "x"',
      'a/config.toml:6: publish_view.t.where: has no use beside `sql`. Say it in the SQL, or remove one of the two.',
    ],
    [
      'view = "a"\nfile = "a.csv"\ntargets = ["nas"]',
      'a/config.toml:6: publish_view.t.targets[0]: unsilo.toml has no target "nas". Add [targets.nas] to it.',
    ],
  ])('%s', async (block, ...problems) => {
    expect((await load(base + block)).problems).toEqual(problems)
  })
})
