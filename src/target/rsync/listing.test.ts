import { expect, it } from 'vitest'
import { parseEntry } from './listing.ts'

const line = (name: string, kind = '-'): string => `${kind}rw-r--r--     1234567 2026/03/01 12:34:56 ${name}`
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

it('reads kind, size, time and name', () => {
  expect(parseEntry(line('a/b'))).toEqual({
    kind: 'file',
    path: 'a/b',
    sizeBytes: 1_234_567,
    modifiedAt: new Date(2026, 2, 1, 12, 34, 56),
  })
  expect(parseEntry(line('a', 'd'))?.kind).toBe('folder')
  expect(parseEntry(line('a -> b', 'l'))?.kind).toBe('other')
})

it('reads sizes that have separators, as older programs print them', () => {
  expect(parseEntry('-rw-r--r--      1,234,567 2026/03/01 12:34:56 a')?.sizeBytes).toBe(1_234_567)
})

it.each([
  [' at the ends ', ' at the ends '],
  [latin1('café 😀'), 'café 😀'],
  [String.raw`caf\#303\#251`, 'café'],
  [String.raw`new\#012line`, 'new\nline'],
  [String.raw`\#134#012`, String.raw`\#012`],
  [String.raw`back\slash`, String.raw`back\slash`],
  [String.raw`\#12`, String.raw`\#12`],
])('reads the name %j', (printed, name) => {
  expect(parseEntry(line(printed))?.path).toBe(name)
})

it('takes other lines for no entry', () => {
  for (const text of ['', 'Welcome to nas!', 'receiving file list ... done']) expect(parseEntry(text)).toBeUndefined()
})
