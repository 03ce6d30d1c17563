import { describe, expect, it } from 'vitest'
import { csv, tsv } from './csv.ts'
import { complaintOf } from './run-check.fixture.ts'

describe('the CSV check', () => {
  it.each([
    ['a,b\n1,2\n', 'plain rows'],
    ['a,b\n1,2', 'a whole last row without a line end'],
    ['a,b\r\n1,2\r\n', 'rows that end in CR LF'],
    ['a,b\r1,2\r3,4', 'rows that end in CR'],
    ['a,b\n', 'a header alone'],
    ['a', 'a single field'],
    ['a\n1\n2', 'a single column'],
    ['a,b\n"x, ""y""\nz",2\n', 'delimiters, quotes and line ends inside quotes'],
    ['a,b\n1,"2"', 'a quoted field at the very end'],
    ['a,b\n"",""\n', 'empty quoted fields'],
    ['a,b,c\n1,2\n1,2,3,4\n\n1,2,3\n', 'ragged rows and blank lines in the middle'],
    ['a,b\n1,2\n3\n', 'a short last row that has a line end'],
    ['a,b\n5" disk,2\n', 'a quote inside a plain field'],
    ['\uFEFF"a\nb",c\n1,2\n', 'a byte order mark before a quoted field'],
    ['a;b\n1,5;"x;y\n"\n', 'semicolons between fields'],
    ['a;b,c,d\n1;2', 'a comma in the header of a file with semicolons'],
  ])('passes %j: %s', (text) => {
    expect(complaintOf(csv, text)).toBe('')
  })

  it('passes UTF-16 with a byte order mark, as spreadsheets write it', () => {
    expect(complaintOf(csv, Buffer.from('\uFEFFa,b\n1,"é"\n', 'utf16le'))).toBe('')
    expect(complaintOf(csv, Buffer.from('\uFEFFa,b\n1,"é"\n', 'utf16le').swap16())).toBe('')
  })

  it('passes UTF-16 without one, which it knows by its NULs, and checks it', () => {
    for (const text of ['a;b\n1;"é"\n', 'Дата;Сумма\r\n1.3.;2,5\r\n']) {
      expect(complaintOf(csv, Buffer.from(text, 'utf16le'))).toBe('')
      expect(complaintOf(csv, Buffer.from(text, 'utf16le').swap16())).toBe('')
    }
    expect(complaintOf(csv, Buffer.from('a;b;c\n1;2', 'utf16le'))).toContain('it ends in the middle of row 2')
    expect(complaintOf(csv, `a;b\n1;2\n${'\0'.repeat(512)}`)).toContain('NUL at byte 8')
    expect(complaintOf(csv, `a;b\n1;\0\n`)).toContain('NUL at byte 6')
  })

  it('refuses a quoted field that is never closed', () => {
    expect(complaintOf(csv, 'a,b\n1,"two\n3,4\n')).toBe(
      'not whole CSV: the quoted field that begins at byte 6 (row 2) is never closed',
    )
    expect(complaintOf(csv, 'a,b\n1,"two""')).toMatch(/begins at byte 6 .* is never closed/)
  })

  it('refuses a last row that is cut off', () => {
    expect(complaintOf(csv, 'a,b,c\n1,2,3\n4,5')).toBe('not whole CSV: it ends in the middle of row 3')
    expect(complaintOf(csv, 'a;b;c\n1,0;2;3\n4,0;5')).toBe('not whole CSV: it ends in the middle of row 3')
    expect(complaintOf(csv, 'a,b,c\n"1"')).toBe('not whole CSV: it ends in the middle of row 2')
  })

  it('refuses NUL bytes, and names the first', () => {
    expect(complaintOf(csv, 'a,b\n1,"\0\0"\n')).toBe('not whole CSV: NUL at byte 7')
  })

  it.each(['', '\n\r\n', '\uFEFF'])('refuses %j, which holds no row', (text) => {
    expect(complaintOf(csv, text)).toBe('not whole CSV: it holds no row')
  })

  it('refuses UTF-16 that ends in the middle of a character', () => {
    expect(complaintOf(csv, Buffer.from('\uFEFFa,b\n', 'utf16le').subarray(0, -1))).toBe('not valid UTF-16LE text')
  })
})

describe('the TSV check', () => {
  it('passes quoted fields with line ends, and fields that begin with a lone quote', () => {
    expect(complaintOf(tsv, 'a\tb\n"x\ny"\t2\n')).toBe('')
    expect(complaintOf(tsv, 'a\tb\n"x\t2\n')).toBe('')
  })

  it('takes commas and semicolons for text', () => {
    expect(complaintOf(tsv, 'a,b,c\td\n1\t2')).toBe('')
  })

  it('refuses a last row that is cut off, with or without quotes', () => {
    expect(complaintOf(tsv, 'a\tb\n1\t2\n3')).toBe('not whole TSV: it ends in the middle of row 3')
    expect(complaintOf(tsv, 'a\tb\n1\t2\n"3')).toBe('not whole TSV: it ends in the middle of row 3')
  })
})
