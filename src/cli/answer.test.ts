import { DuckDBVarCharType, INTEGER, VARCHAR } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../view/query/query.ts'
import { answerText, chosenFormat } from './answer.ts'

type Row = Record<string, string | number | null>

/** @param rows At least one, which names the columns. */
function answerOf(rows: readonly [Row, ...Row[]], shown = rows.length): Answer {
  const columns = Object.entries(rows[0]).map(([name, value]) => ({
    name,
    type: typeof value === 'number' ? INTEGER : VARCHAR,
  }))
  return {
    columns,
    async *batches() {
      yield await Promise.resolve(rows.slice(0, shown).map((row) => Object.values(row)))
    },
  }
}

async function drawn(answer: Answer, columns: number | undefined): Promise<string> {
  let text = ''
  for await (const piece of answerText(answer, 'table', { columns, paintHead: (head) => head })) text += piece
  return text
}

const long = 'a text that is far too long for this'
const wide: Row = { id: 1, first: long, second: long, third: null, fourth: long }

describe('an answer on a terminal', () => {
  it('has a line for each row, as long as its cells can be cut to fit', async () => {
    const text = await drawn(answerOf([wide, { ...wide, id: 22 }]), 40)
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^id {2}first/),
      expect.stringMatching(/^ 1 {2}a te/),
      expect.stringMatching(/^22 {2}a te/),
      '',
    ])
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40)
  })

  it('has a line for each cell that is not empty, where even that is too wide', async () => {
    expect(await drawn(answerOf([wide, { ...wide, id: 22 }]), 30)).toBe(`id      1
first   a text that is far to…
second  a text that is far to…
fourth  a text that is far to…

id      22
first   a text that is far to…
second  a text that is far to…
fourth  a text that is far to…

`)
  })

  it('has indented JSON on one line, and nothing else changed', async () => {
    const answer = answerOf([{ item: '{\n    "a": [\n        "x  y"\n    ]\n}' }])
    const item = { name: 'item', type: new DuckDBVarCharType('JSON') }
    const text = await drawn({ ...answer, columns: [item] }, 80)
    expect(text.split('\n')[1]).toBe('{ "a": [ "x  y" ] }')
  })

  it('has its heading when there are no rows', async () => {
    expect(await drawn(answerOf([wide], 0), 10)).toMatch(/^id {2}first/)
  })
})

describe('an answer for a file', () => {
  it('is written as its name says, and nothing is guessed', () => {
    const formatFor = (output: string): string => chosenFormat({ output }, false)
    expect(['a.csv', 'a.b/x.JSON', 'a.jsonl', 'x.parquet', 'x.txt', 'a.b/x', '.hidden'].map(formatFor)).toEqual([
      'csv',
      'json',
      'ndjson',
      'parquet',
      'table',
      'table',
      'table',
    ])
    expect(chosenFormat({ output: 'a.xlsx', format: 'csv' }, false)).toBe('csv')
    expect(chosenFormat({ output: 'a.xlsx' }, true)).toBe('json')
    expect(() => formatFor('a.xlsx')).toThrow('a.xlsx does not say how to write it')
  })

  it('has every cell as long as it is', async () => {
    expect(await drawn(answerOf([wide]), undefined)).toContain(`${long}  ${long}`)
  })
})
