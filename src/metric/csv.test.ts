import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { hasProgram } from '../system/machine.ts'
import { formatCsv, parseCsv } from './csv.ts'

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'é', '7', ';', "'", '\t') }),
)
/** Rows of equal width; a row of one empty cell is an empty line, which is left out. */
const table = fc
  .integer({ min: 2, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }))

it('gives back any rows', () => {
  fc.assert(
    fc.property(table, (rows) => {
      expect(parseCsv(formatCsv(rows))).toEqual(rows)
    }),
    { numRuns: 500 },
  )
})

it.skipIf(!(await hasProgram('python3', '--version')))(
  "agrees with Python's csv module, both ways (skipped without python3)",
  () => {
    const tables = fc.sample(table, 200)
    const script = `
import csv, io, json, sys
tables = json.load(sys.stdin)
answers = []
for rows, text in tables:
    out = io.StringIO(newline='')
    csv.writer(out).writerows(rows)
    answers.append([out.getvalue(), list(csv.reader(io.StringIO(text, newline='')))])
json.dump(answers, sys.stdout)`
    const input = JSON.stringify(tables.map((rows) => [rows, formatCsv(rows)]))
    const output = execFileSync('python3', ['-c', script], { input, encoding: 'utf8' })
    const answers = JSON.parse(output) as [string, string[][]][]
    for (const [index, [written, read]] of answers.entries()) {
      expect(formatCsv(tables[index]!)).toBe(written)
      expect(read).toEqual(tables[index])
      expect(parseCsv(written)).toEqual(tables[index])
    }
  },
)

it('reads any line ending, with and without a last one', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    expect(parseCsv(`a,b${end}1,"2"${end}`)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
    expect(parseCsv(`a,b${end}${end}1,2`)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  }
  expect(parseCsv('')).toEqual([])
})

it('keeps an empty cell at the end of the text, with quotes and without', () => {
  expect(parseCsv('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ])
  expect(parseCsv('"a",b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ])
})

it('does not take a quote that is not closed', () => {
  for (const text of ['a,"b\n1,2\n', 'a,"b"c\n', 'a,b"c\n']) expect(() => parseCsv(text), text).toThrow(SyntaxError)
})

it('reads a cell of a megabyte', () => {
  const long = 'x"y,'.repeat(250_000)
  expect(parseCsv(formatCsv([['a', long]]))).toEqual([['a', long]])
})
