import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complaintOf, runCheck } from '../run-check.fixture.ts'
import { ndjson } from './ndjson.ts'

const complaint = (text: string): string => complaintOf(ndjson, text)

function isJsonOrBlank(line: string): boolean {
  if (/^[ \t\r]*$/.test(line)) return true
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

describe('the NDJSON check', () => {
  it('passes what is JSON or blank on every line, and nothing else', () => {
    const line = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.constantFrom('', ' ', '\r', '{"a":1}\r', '{', '1 2', '"a', '[1,', 'nul'),
    )
    const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'))
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 })
    const agrees = (text: string, sizes: number[]): boolean =>
      (runCheck(ndjson, Buffer.from(text), sizes) === undefined) === text.split('\n').every(isJsonOrBlank)
    fc.assert(fc.property(text, sizes, agrees), { numRuns: 3000 })
  })

  it('passes a last line without a line end, blank lines, a byte order mark, and no lines at all', () => {
    for (const text of ['{"a":1}\n{"a":2}', '{"a":1}\r\n\r\n{"a":2}\r\n', '\uFEFF1\n', '1\n2', '', '\n\n']) {
      expect(complaint(text)).toBe('')
    }
  })

  it('names the line that is wrong', () => {
    expect(complaint('{"a":1}\n{"a":}\n')).toBe(
      'not valid NDJSON: unexpected "}" in an object at line 2, column 6 (byte 13)',
    )
    expect(complaint('1\n{"a":1} {"a":2}\n')).toBe(
      'not valid NDJSON: unexpected "{" after the end of the value at line 2, column 9 (byte 10)',
    )
    expect(complaint('1\n2\n{"a":\n3}\n')).toBe('not valid NDJSON: line 3 ends in the middle of an object (byte 9)')
    expect(complaint('1\n"a\nb"\n')).toBe('not valid NDJSON: line 2 ends in the middle of a string (byte 4)')
  })

  it('refuses a last line that is cut off', () => {
    expect(complaint('{"a":1}\n{"a":')).toBe('not valid NDJSON: it ends in the middle of an object (line 2, byte 13)')
  })
})
