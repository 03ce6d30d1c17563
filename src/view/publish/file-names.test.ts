import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileNames } from './file-names.ts'
import { parseTemplate } from './template.ts'

const names = (template: string, ...groups: (string | null)[][]): string[] =>
  fileNames(parseTemplate(template), groups).map(({ path }) => path)

describe('names of files', () => {
  it('are the values, in their places', () => {
    expect(names('{form.name}_{day}.csv', ['sleep', '2026-03-01'], ['Müdigkeit 2', '2026-03-01'])).toEqual([
      'sleep_2026-03-01.csv',
      'Müdigkeit 2_2026-03-01.csv',
    ])
    expect(names('{a}/{b}.csv', ['x', 'y'])).toEqual(['x/y.csv'])
    expect(names('all.csv', [])).toEqual(['all.csv'])
  })

  it.each([
    ['../../etc/passwd', /^_[_.]+etc_passwd~[0-9a-f]{10}\.csv$/],
    ['..', /^__~[0-9a-f]{10}\.csv$/],
    ['a/b\\c', /^a_b_c~[0-9a-f]{10}\.csv$/],
    ['a\0b\n', /^a_b_~[0-9a-f]{10}\.csv$/],
    ['.hidden', /^_hidden~[0-9a-f]{10}\.csv$/],
    ['-rf', /^_rf~[0-9a-f]{10}\.csv$/],
    ['CON', /^CON_~[0-9a-f]{10}\.csv$/],
    ['nul.txt', /^nul_\.txt~[0-9a-f]{10}\.csv$/],
    ['abc\u202egpj', /^abc_gpj~[0-9a-f]{10}\.csv$/],
    ['ü'.repeat(500), /^ü{40}~[0-9a-f]{10}\.csv$/],
    ['', /^empty\.csv$/],
    [null, /^none\.csv$/],
  ])('stay in their folder, and are names on any system: %j', (value, safe) => {
    expect(names('{x}.csv', [value])[0]).toMatch(safe)
  })

  it('never are one name for two groups, also where upper and lower case are the same', () => {
    const found = names('{x}.csv', ['a'], ['A'], ['b'], [null], ['none'], [''], ['empty'])
    expect(new Set(found.map((name) => name.toLowerCase())).size).toBe(7)
    expect(found[2]).toBe('b.csv')
  })

  it('say that they were changed', () => {
    const files = fileNames(parseTemplate('{x}.csv'), [['good'], ['a/b'], ['Ulm'], ['ULM']])
    expect(files.map(({ changed }) => changed)).toEqual([undefined, 'unsafe', 'alike', 'alike'])
  })

  it('are safe and different whatever the values are, and the same each time', () => {
    const value = fc.option(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', 'A', '~', ' ', 'ß', 'SS', '\ud800') }),
      ),
    )
    const values = fc.uniqueArray(fc.tuple(value, value), {
      maxLength: 20,
      comparator: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    })
    fc.assert(
      fc.property(values, (groups) => {
        const found = names('{a}/{b}_x.csv', ...groups)
        for (const path of found) {
          const parts = path.split('/')
          expect(parts).toHaveLength(2)
          for (const part of parts) {
            expect(part).toMatch(/^[^.\s\p{C}\\/:*?"<>|][^\p{C}\\/:*?"<>|]*(?<![.\s])$/u)
            expect(Buffer.byteLength(part)).toBeLessThanOrEqual(220)
          }
        }
        expect(new Set(found.map((path) => path.toLowerCase())).size).toBe(groups.length)
        expect(names('{a}/{b}_x.csv', ...groups)).toEqual(found)
      }),
    )
  })
})

describe('a template', () => {
  it.each(['', '/x.csv', '../x.csv', 'a//b.csv', '{a.csv', 'a}.csv', '{}.csv', 'a\\b.csv', '{day:}.csv', './x.csv'])(
    'that is no path inside a folder is told: %s',
    (text) => expect(() => parseTemplate(text)).toThrow(/"/),
  )

  it('takes days of the run and of columns', () => {
    expect(parseTemplate('{day}{month:created at}{form.day}.csv').parts).toEqual([
      { unit: 'day', of: undefined },
      { unit: 'month', of: 'created at' },
      { column: 'form.day' },
      { text: '.csv' },
    ])
  })
})
