import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { type Engine, openEngine } from '../duckdb.ts'
import { sqlText } from '../sql-text.ts'
import { whyNoPattern } from './pattern.ts'

describe('a pattern', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine(join(tmpdir(), 'never-written'))
  })
  afterAll(() => engine.close())

  const isTaken = async (pattern: string): Promise<boolean> => {
    try {
      await engine.connection.run(`SELECT regexp_matches('', ${sqlText(pattern)})`)
      return true
    } catch {
      return false
    }
  }

  it.each([
    ['(', 'unterminated group'],
    ['a)', 'unmatched'],
    ['[a', 'character class'],
    ['*a', 'nothing to repeat'],
    ['a\\', 'end of pattern'],
    ['(?=a)', 'look ahead'],
    ['(?<!a)b', 'look ahead or back'],
    ['\\Z', '\\Z'],
    ['a{1001}', '1000'],
  ])('%j is refused: %s', async (pattern, reason) => {
    expect(await isTaken(pattern)).toBe(false)
    expect(whyNoPattern(pattern)).toContain(reason)
  })

  it.each([
    '^p[0-9]+$',
    '(?i)abc',
    '(?i:a)b',
    '(?P<year>\\d{4})',
    '[](]',
    '[^])]',
    '[[:alpha:](]',
    '\\Q(\\E',
    '\\p{Greek}\\pN',
    '\\x{10FFFF}',
    '\\(',
    '^*',
    'a{2,}',
    '{',
    'é😀',
  ])('%j is taken', async (pattern) => {
    expect(await isTaken(pattern)).toBe(true)
    expect(whyNoPattern(pattern)).toBeUndefined()
  })

  it('is refused only where DuckDB refuses it, whatever it is', async () => {
    const part = fc.constantFrom(
      ...'( ) [ ] { } | * + ? \\ ^ $ . a b 1 , : = ! < > P - i E'.split(' '),
      '[:alpha:]',
      '(?',
      '\\Q',
      '\\d',
      '\\pL',
      '{2,3}',
      '(?i)',
    )
    const property = fc.asyncProperty(fc.string({ unit: part, maxLength: 8 }), async (pattern) => {
      if (whyNoPattern(pattern) !== undefined) expect([pattern, await isTaken(pattern)]).toEqual([pattern, false])
    })
    await fc.assert(property, { numRuns: 3000 })
  })
})
