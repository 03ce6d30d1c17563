import { describe, expect, it } from 'vitest'
import type { Fault } from '../simulator/service/fault.ts'
import { minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const helps = '`unsilo probe` helps'

const notes = (keys: string, source = ''): string =>
  `${source}\n[[source.streams]]\nname = "notes"\npath = "/notes"\n${keys}\n`

const answer = (body: unknown, headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: 200,
  body,
  headers,
})

/** A stream whose first answers are these, in each run. */
async function answered(configuration: string, ...faults: Fault[]): Promise<Scene & { plan(): void }> {
  const made = await scene(configuration, { account: { createdPerDay: 0 } })
  const plan = (): void => made.service.plan(faults.map((fault, index) => ({ from: index + 1, fault })))
  plan()
  return { ...made, plan }
}

const rows = (count: number): { id: number }[] => Array.from({ length: count }, (_, id) => ({ id }))

describe('a stream that ends on its first page', () => {
  it.each([
    [
      '{ kind = "token", at = "nxt_cursor", param = "cursor" }',
      { next_cursor: 'abc' },
      {},
      'next_cursor holds a token',
    ],
    [
      '{ kind = "token", at = "prev_cursor", param = "cursor" }',
      { prev_cursor: null, next_cursor: 'abc' },
      {},
      'next_cursor holds a token',
    ],
    ['{ kind = "link" }', { next_cursor: 'abc' }, {}, 'next_cursor holds a token'],
    ['{ kind = "link" }', { paging: { next: 'https://api.example/2' } }, {}, 'paging.next holds an address'],
    ['{ kind = "number", size = 100 }', { total: 500 }, {}, 'total is 500, and 3 are here'],
    [
      '{ kind = "token", at = "next", param = "cursor" }',
      {},
      { link: '</2>; rel="next"' },
      'the Link header names the next page',
    ],
  ])('is warned of in each run when the page says that there is more: %s, %j', async (page, said, headers, why) => {
    const made = await answered(notes(`items = "rows"\npage = ${page}`), answer({ rows: rows(3), ...said }, headers))
    for (let run = 0; run < 2; run++) {
      made.plan()
      expect((await made.exportWell()).warnings).toEqual([
        `notes: it ended after one page, but there is more: ${why}; ${helps}`,
      ])
      made.advance(minute)
    }
  })

  it('is warned of without any `page`, too, until it says that there is one page', async () => {
    const body = answer({ rows: rows(3), next_cursor: 'abc' })
    const made = await answered(notes('items = "rows"'), body)
    expect((await made.exportWell()).warnings).toEqual([expect.stringContaining('next_cursor holds a token')])
    made.configure(notes('items = "rows"\npage = { kind = "none" }'))
    made.advance(minute)
    made.plan()
    expect((await made.exportWell()).warnings).toBeUndefined()
  })

  it.each([
    [
      'the server ends it where `page` says',
      '{ kind = "token", at = "next_cursor", param = "c" }',
      { next_cursor: null, cursor: 'abc', total: 9 },
    ],
    [
      'the server ends it at `more`',
      '{ kind = "token", at = "cursor", param = "c", more = "has_more" }',
      { cursor: 'abc', has_more: false },
    ],
    ['`more` is null', '{ kind = "number", more = "has_more" }', { has_more: null, total: 9 }],
    ['nothing says that there is more', '{ kind = "link" }', { total: 3 }],
    ['the body itself is the record', '', { count: 12 }, '.'],
  ])('is not warned of when %s', async (_, page, said, items = 'rows') => {
    const keys = `items = "${items}"\n${page === '' ? '' : `page = ${page}`}`
    const { exportWell } = await answered(notes(keys), answer({ rows: rows(3), ...said }))
    expect((await exportWell()).warnings).toBeUndefined()
  })

  it('is not held against a count when only what is new was asked for', async () => {
    const keys = `items = "rows"\npage = { kind = "token", at = "nxt", param = "c" }
cursor = { field = "at", param = "since" }`
    const body = (more: object) => answer({ rows: [{ at: '2026-02-01T00:00:00Z' }], ...more })
    const made = await answered(notes(keys), body({ total: 1 }))
    expect((await made.exportWell()).warnings).toBeUndefined()
    made.advance(minute)
    made.service.plan([{ fault: body({ total: 500 }) }])
    expect((await made.exportWell()).warnings).toBeUndefined()
    made.advance(minute)
    made.service.plan([{ fault: body({ next_cursor: 'x' }) }])
    expect((await made.exportWell()).warnings).toEqual([expect.stringContaining('next_cursor holds a token')])
  })

  it('is warned of when the server does not have what `more` says', async () => {
    const made = await answered(
      notes('items = "rows"\npage = { kind = "number", more = "has_more" }'),
      answer({ rows: rows(3), page: 1 }),
    )
    expect((await made.exportWell()).warnings).toEqual([
      'notes: it ended after one page, for that has nothing at more = "has_more"; `unsilo probe` helps',
    ])
  })
})

describe('what is left out because the configuration says so', () => {
  it('is warned of where `max` ends a stream', async () => {
    const made = await answered(
      notes('items = "rows"\npage = { kind = "number", max = 2 }'),
      answer({ rows: [1] }),
      answer({ rows: [2] }),
    )
    const { warnings, holds } = await made.exportWell()
    expect(warnings).toEqual(['notes: stopped at max = 2 pages: there may be more'])
    expect(holds).toBe('part')
    expect((await readParcel(made.dataset)).manifest).toMatchObject({ warnings, incomplete: [] })
  })

  it('is warned of where a rule passes over a whole stream, and not over one child', async () => {
    const child = '[[source.streams]]\nname = "parts"\npath = "/parts/{note.id}"\neach = { note = "notes" }\n'
    const made = await scene(notes('', 'on = { "404" = "skip" }') + child, { account: { createdPerDay: 0 } })
    made.service.plan([
      { match: '/notes', fault: answer(rows(2)) },
      { match: '/parts/0', fault: answer(rows(1)) },
    ])
    expect((await made.exportWell()).warnings).toBeUndefined()
    made.advance(minute)
    expect((await made.exportWell()).warnings).toEqual(['notes: skipped: status 404'])
  })
})

describe('a field that no record has', () => {
  const cursor = 'cursor = { field = "changed", param = "since" }'

  it.each([
    ['key = "uid"', [{ id: 1 }, { id: 2 }], ['notes: not one record has its `key` (uid): none is ever known again']],
    ['key = ["id", "uid"]', [{ id: 1 }], ['notes: not one record has its `key` (id, uid): none is ever known again']],
    [
      cursor,
      [{ id: 1 }],
      ['notes: not one record has `changed`, the field of its `cursor`: each export asks for everything'],
    ],
    ['key = "id"', [{ id: 1 }, {}], undefined],
    [cursor, [{ id: 1 }, { changed: '2026-02-01T00:00:00Z' }], undefined],
    [cursor, [{ changed: null }], undefined],
  ])('is warned of: %s, %j', async (keys, body, warnings) => {
    const { exportWell } = await answered(notes(keys), answer(body))
    expect((await exportWell()).warnings).toEqual(warnings)
  })
})

it('a stream without one record is warned of in its first full export', async () => {
  const made = await answered(notes('key = "id"'), answer([]))
  expect((await made.exportWell()).warnings).toEqual([
    'notes: not one record came; if there should be some, look at bodies/000001.json',
  ])
  made.advance(minute)
  made.plan()
  expect((await made.exportWell()).warnings).toBeUndefined()
})
