import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CsvConfig } from './csv-config.ts'
import { readCsv } from './csv.ts'
import { rowsIn } from './input.fixture.ts'

const rows = (text: string | Buffer, kind: 'csv' | 'tsv' = 'csv', chunkBytes = 7, csv: CsvConfig = {}) =>
  rowsIn(text, (bytes) => readCsv(bytes, { kind, file: 'a.csv', csv }), chunkBytes)
const rowsWith = (csv: CsvConfig, text: string | Buffer, chunkBytes?: number) => rows(text, 'csv', chunkBytes, csv)

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`

describe('readCsv', () => {
  it('reads what is written as RFC 4180 has it, whatever the chunks', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', '\n', '\r\n', ' ', ';'), maxLength: 6 })
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc
          .array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 5 })
          .map((lines) => ({ width, lines })),
      )
    const property = fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async ({ width, lines }, chunkBytes) => {
      const names = Array.from({ length: width }, (_, index) => `c${index}`)
      const text = [names, ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('')
      const expected = lines.map((line) => Object.fromEntries(line.map((one, index) => [names[index], one])))
      expect(await rows(text, 'csv', chunkBytes)).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('keeps empty cells, and columns in their order', async () => {
    expect(await rows('b,a,1\nx,,\n')).toEqual([{ b: 'x', a: '', 1: '' }])
    const [first] = await rows('b,1\nx,y', 'csv', 100)
    expect(first).toEqual({ b: 'x', 1: 'y' })
  })

  it('takes the delimiter that the header has, and leaves out a byte order mark and blank lines', async () => {
    expect(await rows('\ufeffa;b,c;d\n\n1;2,5;3\n')).toEqual([{ a: '1', 'b,c': '2,5', d: '3' }])
  })

  it('reads UTF-16, and Windows-1252 where it is no UTF-8', async () => {
    expect(await rows(Buffer.from('\ufeffa,b\né,2\n', 'utf16le'))).toEqual([{ a: 'é', b: '2' }])
    expect(await rows(Buffer.from('a,b\n\xe9,\x80\n', 'latin1'))).toEqual([{ a: 'é', b: '€' }])
  })

  it('names columns without a name, and those that come twice, by their place', async () => {
    expect(await rows('a,,a,a_3\n1,2,3,4')).toEqual([{ a: '1', column_2: '2', a_3_: '3', a_3: '4' }])
  })

  it('tells of ragged rows, and goes on', async () => {
    expect(await rows('a,b\n1\n2,2\n"3\n",3,3\n4,4')).toEqual([
      'line 2: it has 1 field, and the header has 2',
      { a: '2', b: '2' },
      'line 4: it has 3 fields, and the header has 2',
      { a: '4', b: '4' },
    ])
  })

  it('loses one row at most to a quote that is never closed', async () => {
    expect(await rows('a,b\n"1,1\n2,2\n3,3\n')).toEqual([
      { a: '"1', b: '1' },
      { a: '2', b: '2' },
      { a: '3', b: '3' },
    ])
    expect(await rows('a,b\n"1\n2,2\n"3",3\n')).toEqual([
      'line 2: a quoted field is not closed where it ends',
      { a: '2', b: '2' },
      { a: '3', b: '3' },
    ])
  })

  it('takes quotes in tab-separated files as such, or as characters', async () => {
    expect(await rows('a\tb\n"x\ty"\t1\n"big" words\t2\n5"\t3', 'tsv')).toEqual([
      { a: 'x\ty', b: '1' },
      { a: '"big" words', b: '2' },
      { a: '5"', b: '3' },
    ])
  })

  it('finds nothing in a file without rows', async () => {
    expect(await rows('a,b\n')).toEqual([])
    expect(await rows('\n')).toEqual(['it has no header'])
  })

  it('does not take one line for an empty table that lacks a column which the view needs', async () => {
    const read = (text: string, csv: CsvConfig = {}) =>
      rowsIn(text, (bytes) => readCsv(bytes, { kind: 'csv', file: 'a.csv', csv, needed: ['id'] }), 7)
    const lacking = 'it has no column "id", and no rows: it may be another file'
    expect(await read('Your session has expired, please log in again\n')).toEqual([lacking])
    expect(await read('id,name\n')).toEqual([])
    expect(await read('', { header: ['id', 'name'] })).toEqual([])
    expect(await read('name\nAda\n')).toEqual([{ name: 'Ada' }])
  })

  it('leaves out lines before the header, as many as it is told, blank ones too', async () => {
    const text = 'Account "12, 13;\n\nFrom,1 March,to,today\na,b\n1,2\n'
    expect(await rowsWith({ skip: 3 }, text)).toEqual([{ a: '1', b: '2' }])
    expect(await rowsWith({ skip: 9 }, text)).toEqual(['it has no header'])
  })

  it('finds the header by one of its fields, whatever stands before it', async () => {
    const text = 'Account;12,5 % of Date\n"Balance, Date\n;;;\n"Date;\n Date ;"Amount"\nDate;-1,50\n'
    expect(await rowsWith({ header: 'Date' }, text)).toEqual([{ ' Date ': 'Date', Amount: '-1,50' }])
    expect(await rowsWith({ header: 'Amount' }, '\ufeffAmount,b\n1,2')).toEqual([{ Amount: '1', b: '2' }])
  })

  it('says so when there is no such header, and takes no line for it', async () => {
    expect(await rowsWith({ header: 'Date' }, 'a,b\n1,2\n')).toEqual(['no line of it has a column "Date"'])
    expect(await rowsWith({ header: 'Date' }, '')).toEqual(['no line of it has a column "Date"'])
  })

  it('takes the delimiter that it is told, by the view or by a first line for spreadsheets', async () => {
    expect(await rowsWith({ delimiter: '~' }, 'a,b,c~d\n1,1~2\n')).toEqual([{ 'a,b,c': '1,1', d: '2' }])
    expect(await rows('sep=#\r\na;b;c#d\r\n1#2')).toEqual([{ 'a;b;c': '1', d: '2' }])
    expect(await rows('a\nsep=;\n')).toEqual([{ a: 'sep=;' }])
  })

  it('reads another encoding where it is told, and UTF-8 all the same', async () => {
    const latin2 = Buffer.from('\xb3,\xe8\n', 'latin1')
    const both = Buffer.concat([Buffer.from('a,b\n'), latin2, Buffer.from('é,€\n')])
    expect(await rowsWith({ encoding: 'iso-8859-2' }, both)).toEqual([
      { a: 'ł', b: 'č' },
      { a: 'é', b: '€' },
    ])
    expect(await rowsWith({ encoding: 'latin1' }, Buffer.from('a\n\x80', 'latin1'))).toEqual([{ a: '€' }])
  })

  it('reads UTF-16 without a byte order mark where it is told, in chunks of any size', async () => {
    const text = 'a,b\né,\ud83d\ude00\n'
    const expected = [{ a: 'é', b: '\ud83d\ude00' }]
    for (const chunkBytes of [1, 2, 3, 7, 100]) {
      expect(await rowsWith({ encoding: 'utf-16le' }, Buffer.from(text, 'utf16le'), chunkBytes)).toEqual(expected)
      expect(await rowsWith({ encoding: 'utf-16be' }, Buffer.from(text, 'utf16le').swap16(), chunkBytes)).toEqual(
        expected,
      )
      expect(await rowsWith({ encoding: 'utf-16le' }, `\ufeff${text}`, chunkBytes)).toEqual(expected)
    }
    expect(await rowsWith({ encoding: 'utf-16le' }, Buffer.from('a', 'utf16le'))).toEqual([])
  })

  it('knows UTF-16 without a byte order mark by its NULs', async () => {
    const text = Buffer.from('Дата;Сумма\r\n1.3.;2,5\r\n', 'utf16le')
    const expected = [{ Дата: '1.3.', Сумма: '2,5' }]
    for (const chunkBytes of [1, 5, 100]) expect(await rows(text, 'csv', chunkBytes)).toEqual(expected)
    expect(await rows(Buffer.from(text).swap16())).toEqual(expected)
  })

  it('reads a file without a header, with names or with numbers', async () => {
    const text = 'sep=;\n1;"a\nb"\n\n2;c\n3\n'
    expect(await rowsWith({ header: ['n', 'text'] }, text)).toEqual([
      { n: '1', text: 'a\nb' },
      { n: '2', text: 'c' },
      'line 6: it has 1 field, and `header` has 2',
    ])
    expect(await rowsWith({ header: false }, text)).toEqual([
      { column_1: '1', column_2: 'a\nb' },
      { column_1: '2', column_2: 'c' },
      'line 6: it has 1 field, and the first row has 2',
    ])
    expect(await rowsWith({ header: ['n'], skip: 2 }, 'x\ny\n1\n')).toEqual([{ n: '1' }])
    expect(await rowsWith({ header: false }, '')).toEqual([])
  })

  it('leaves out lines at the end, and those that it is told', async () => {
    const text = 'Report;1\na;b\n1;"Total\nof"\nTotal;\n2;y\n\nTotal;3;EUR\nTotal;4'
    const expected = [
      { a: '1', b: 'Total\nof' },
      { a: '2', b: 'y' },
    ]
    expect(await rowsWith({ skip_lines: '^(Total|Report;)' }, text)).toEqual(expected)
    expect(await rowsWith({ skip_lines: '^(Total;$|Report)', footer: 2 }, text, 1)).toEqual(expected)
    expect(await rowsWith({ footer: 9 }, text, 100)).toEqual([])
  })
})
