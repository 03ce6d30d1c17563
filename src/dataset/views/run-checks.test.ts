import { describe, expect, it } from 'vitest'
import { testDataset } from '../../../test/support/test-dataset.ts'
import { makeReport } from '../../report/report.ts'
import { checked, datasetWith, putParcel } from './views.fixture.ts'

const items = [
  { id: 1, at: '2026-01-01T10:00:00Z', mood: 3, form: 'a', person: 'p1', note: 'x' },
  { id: 2, at: '2004-01-01T10:00:00Z', mood: 11, form: 'a', person: 'p1', note: '' },
  { id: 3, at: '2026-01-03T10:00:00Z', mood: null, form: 'b', person: 'p1' },
  { id: 4, at: '2026-01-03T10:00:00Z', mood: 5, form: 'b', person: 'p2', note: 'y' },
]

const view = (checks: string): string => `[views.entries]\nkey = "id"\n[views.entries.checks]\n${checks}\n`

/** Of each rule: its verdict, how many are wrong of how many, and examples. */
async function verdicts(checks: string, more: unknown[] = items): Promise<string[]> {
  const { results } = await checked(datasetWith(view(checks), more))
  return results.map(
    ({ check, rule, verdict, wrong, looked, examples, problem }) =>
      `${check} ${rule} ${verdict} ${wrong ?? '-'}/${looked ?? '-'} [${examples.join('; ')}]${problem === undefined ? '' : ` ${problem}`}`,
  )
}

describe('a check of a column', () => {
  it.each([
    ['mood = { not_null = true }', 'mood not_null failed 1/4 [3]'],
    ['id = { not_null = true, unique = true }', 'id not_null passed 0/4 []', 'id unique passed 0/4 []'],
    ['at = { unique = true }', 'at unique failed 2/4 [3; 4]'],
    ['at = { unique = ["form", "person"] }', 'at unique passed 0/4 []'],
    ['at = { min = "2005-01-01" }', 'at min failed 1/4 [2]'],
    ['at = { max = "now" }', 'at max passed 0/4 []'],
    ['mood = { min = 1, max = 10 }', 'mood min passed 0/4 []', 'mood max failed 1/4 [2]'],
    ['form = { values = ["a"] }', 'form values failed 2/4 [3; 4]'],
    ['mood = { values = [3, 5, 11] }', 'mood values passed 0/4 []'],
    ['person = { pattern = "^p[0-9]$" }', 'person pattern passed 0/4 []'],
    ['person = { pattern = "^p1" }', 'person pattern failed 1/4 [4]'],
    ['note = { missing = { most = "50%" } }', 'note missing passed 0/1 []'],
    ['note = { missing = { most = "49%" } }', 'note missing failed 1/1 [2 of 4]'],
    [
      'note = { missing = { most = "50%", by = ["form", "person"] } }',
      'note missing failed 1/3 [form b, person p1: 1 of 1]',
    ],
    ['ranges = { column = "mood", max = 10, where = "form = \'b\'" }', 'ranges max passed 0/2 []'],
  ])('%s', async (check, ...expected) => {
    expect(await verdicts(check)).toEqual(expected)
  })

  it('looks at items that are there, unless it is asked to look at all', async () => {
    const test = datasetWith(view('mood = { max = 4 }\nall = { column = "mood", max = 4, with_absent = true }'), items)
    putParcel(test, '2026-02-28T070000Z', items.slice(0, 1))
    const { results } = await checked(test)
    expect(results.map(({ verdict, looked }) => [verdict, looked])).toEqual([
      ['passed', 1],
      ['failed', 4],
    ])
    expect(results[0]?.message).toBe('1 row')
  })

  it('finds values that are not of the kind that the bound is', async () => {
    const mixed = [{ id: 1, n: '5' }, { id: 2, n: 'five' }, { id: 3 }, { id: 4, n: '' }]
    expect(await verdicts('n = { min = 1 }', mixed)).toEqual(['n min failed 2/4 [2; 4]'])
  })

  it('tells of a value that is no number once, and says what it is', async () => {
    const mixed = [
      { id: 1, n: '5' },
      { id: 2, n: 'five' },
      { id: 3, n: '50' },
      { id: 4, n: '-1' },
    ]
    const { results } = await checked(datasetWith(view('n = { min = 1, max = 10 }'), mixed))
    expect(results.map(({ message, examples }) => [message, examples])).toEqual([
      ['2 of 4 rows have n below 1, or no number there', ['2', '4']],
      ['1 of 4 rows have n above 10', ['3']],
    ])
    expect(await verdicts('n = { max = 10 }', mixed)).toEqual(['n max failed 2/4 [2; 3]'])
    expect(await verdicts('n = { min = "2026-01-01", max = 10 }', mixed)).toEqual([
      'n min failed 4/4 [1; 2; 3; 4]',
      'n max failed 2/4 [2; 3]',
    ])
  })
})

describe('a check that cannot be asked', () => {
  it('fails with what to do, and keeps no other from being asked', async () => {
    const test = datasetWith(
      view(`moood = { not_null = true }\nlate = { column = "id", min = "2005-01-01" }\nbroken = { sql = "SELECT nothing FROM todoist.entries" }
evil = { sql = "COPY (SELECT 1) TO '/tmp/x.csv'" }\nid = { unique = true, where = "nonsense =" }\nform = { not_null = true }`),
      items,
    )
    const { results } = await checked(test)
    expect(results.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      'moood broken',
      'late broken',
      'broken broken',
      'evil broken',
      'id broken',
      'form passed',
    ])
    expect(results[0]).toMatchObject({
      problem: 'there is no column "moood": did you mean "mood"?',
      hint: expect.stringContaining('Columns: id, at, mood') as string,
    })
    expect(results[3]?.problem).toBe('that is no question')
  })

  it('says what is wrong with which part of it, and what to do', async () => {
    const test = datasetWith(
      view(`id = { unique = true, where = "nonsense =" }\nmood = { max = 4, where = "moood = 3" }
form = { pattern = '[b-a]' }\nx = { sql = "SELECT nothing FROM todoist.entries" }
y = { sql = "SELECT CAST(form AS INTEGER) FROM todoist.entries" }\nz = { rows = { as = "entries", where = "1=1) --" } }`),
      items,
    )
    const { results } = await checked(test)
    const [id, mood, form, x, y, z] = results
    expect(id).toMatchObject({
      message: 'it could not be asked: `where` is no condition in SQL: syntax error at end of input',
      hint: expect.stringContaining('it is "nonsense ="') as string,
    })
    expect(mood).toMatchObject({
      message:
        'it could not be asked: DuckDB does not take its `where`: ' +
        'Binder Error: Referenced column "moood" not found in FROM clause!',
      problem: expect.not.stringContaining('LINE 1') as string,
      hint: 'Mend views.entries.checks.mood.where: it is a condition in SQL.',
    })
    expect(form?.message).toMatch(
      /^it could not be asked: `pattern` is no regular expression: invalid character class range/,
    )
    expect(x).toMatchObject({
      message: expect.stringContaining('does not take its `sql`: Binder Error: Referenced column "nothing"') as string,
      problem: expect.stringContaining('LINE 1: SELECT nothing') as string,
      hint: 'Mend views.entries.checks.x.sql; `unsilo query` can try it.',
    })
    // What it says of items is in no message, since those are written down.
    expect(y).toMatchObject({
      message: 'it could not be asked: DuckDB broke off (Conversion Error)',
      problem: expect.stringContaining("'a'") as string,
    })
    expect(z?.message).toMatch(/^it could not be asked: `rows.where` is no condition in SQL: /)
    const { problems } = await test.run()
    expect(problems[0]).toMatchObject({
      message: `check entries.id (unique): ${id!.message}`,
      hint: expect.stringContaining('Write what may stand behind WHERE') as string,
    })
  })

  it('has a condition that would end the brackets around it', async () => {
    const sly = (where: string) => verdicts(`mood = { max = 4, where = "${where}" }`)
    expect(await sly("form = 'a') OR (1=1")).toEqual([
      expect.stringMatching(/^mood max broken .* is no condition in SQL: /) as string,
    ])
    expect(await sly('1=1; SELECT 2')).toEqual([expect.stringContaining('no condition') as string])
    expect(await sly('1=1 GROUP BY ALL')).toEqual([expect.stringContaining('no condition') as string])
    expect(await sly(`form = 'a' -- ) OR (1=1`)).toEqual(['mood max failed 1/2 [2]'])
    expect(await sly(`form IN ('a', ')') /* ( */`)).toEqual(['mood max failed 1/2 [2]'])
  })
})

describe('checks of nothing', () => {
  it('pass: that there should be something is not theirs to say', async () => {
    const checks =
      'mood = { min = 1 }\nsame = { rows = { as = "entries", by = ["form"] } }\nx = { sql = "SELECT mood FROM todoist.entries" }'
    const empty = await checked(datasetWith(view(checks), []))
    expect(empty.results.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual([
      'min passed',
      'rows passed',
      'sql broken',
    ])
    const none = await checked(testDataset(view(checks)))
    expect(none.results.map(({ message }) => message)).toEqual(['no parcels yet', 'no parcels yet', 'no parcels yet'])
  })
})

describe('a check of rows', () => {
  const log = [
    { n: 1, form: 'a' },
    { n: 2, form: 'a' },
    { n: 3, form: 'b' },
  ]
  const config = (rows: string): string =>
    `[views.entries]\nitems = "entries"\nkey = "id"\n[views.entries.checks]\nsame = { rows = ${rows} }\n` +
    '[views.log]\nitems = "log"\nkey = "n"\n'

  it.each([
    ['{ as = "log" }', 'failed', ['4 here, 3 in log']],
    ['{ as = "log", tolerance = "34%" }', 'passed', []],
    ['{ as = "log", tolerance = 1 }', 'passed', []],
    ['{ as = "todoist.log", by = ["form"] }', 'failed', ['form b: 2 here, 1 in todoist.log']],
    [`{ as = "log", where = "form = 'a'" }`, 'failed', ['4 here, 2 in log']],
  ])('%s', async (rows, verdict, examples) => {
    const { results } = await checked(datasetWith(config(rows), { entries: items, log }))
    expect(results).toMatchObject([{ rule: 'rows', verdict, examples }])
  })

  it('counts those of another dataset', async () => {
    const other = datasetWith('[views.log]\nkey = "n"\n', log, 'log.server')
    const test = datasetWith(view('same = { rows = { as = "log.server.log" } }'), items)
    const { results } = await checked(test, [await other.open()])
    expect(results).toMatchObject([{ verdict: 'failed', examples: ['4 here, 3 in log.server.log'] }])
    expect((await checked(test)).results).toMatchObject([
      { verdict: 'broken', problem: 'the view log.server/log is not there' },
    ])
  })
})

describe('a check in SQL', () => {
  it('fails when it has rows', async () => {
    expect(
      await verdicts(`future = { sql = "SELECT id, mood FROM todoist.entries WHERE mood > 10" }
none = { sql = "FROM todoist.entries WHERE id < 0" }`),
    ).toEqual(['future sql failed 1/- [id 2, mood 11]', 'none sql passed 0/- []'])
  })
})

describe('checks in a run', () => {
  it('are warnings, and a warning of the report until they pass', async () => {
    const test = datasetWith(view('mood = { max = 10 }'), items)
    const outcome = await test.run()
    expect(outcome.checked).toEqual({ rules: 1, failures: 1 })
    expect(outcome.problems).toMatchObject([
      {
        severity: 'warning',
        code: 'check',
        message: 'check entries.mood (max) failed: 1 of 4 rows have mood above 10',
      },
    ])
    const report = async () => (await makeReport([await test.open()], test.context)).datasets[0]!.warnings
    expect((await report())[0]).toMatchObject({
      health: 'unlikely',
      message: 'check entries.mood (max) failed in the last run: 1 of 4 rows have mood above 10',
      hint: '`unsilo check todoist` names the items.',
    })
    // Nothing is new.
    expect((await test.run()).checked).toBeUndefined()
    test.configure(view('mood = { max = 11 }'))
    expect((await test.run()).checked).toEqual({ rules: 1, failures: 0 })
    expect((await report()).filter(({ health }) => health === 'unlikely')).toEqual([])
  })
})
