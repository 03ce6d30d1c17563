import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseWhere, whereText } from './where.ts'

const record = {
  comments: 3,
  zero: 0,
  state: 'open',
  empty: '',
  nothing: null,
  yes: true,
  no: false,
  big: 9007199254740993n,
  form: { name: 'a "b"', deleteable: true },
  'odd.key': 1,
  and: 5,
  list: [1],
  größe: 1.5,
}
const matches = (where: string): boolean => parseWhere(where).matches(record)

describe('parseWhere', () => {
  it.each([
    'comments',
    'comments > 0',
    'comments>=3 and comments<=3',
    'comments = 3',
    'comments == 3.0',
    'comments != 4',
    'comments > -1e2',
    'not zero',
    'not empty',
    'not nothing',
    'not missing.key',
    'state = "open"',
    "state='open'",
    'state < "p"',
    'form.name = "a \\"b\\""',
    'form.name = \'a "b"\'',
    'form.deleteable',
    'form.deleteable = true',
    'no = false',
    'nothing = null',
    'missing = null',
    'comments != null',
    'missing != 3',
    'nothing != "x"',
    'state != 3',
    '["odd.key"] = 1',
    '["and"] = 5',
    'list',
    'big > 5',
    'größe > 1',
    'no or yes',
    'yes or no and no',
    '(yes or no) and yes',
    'not (no or zero)',
    'not comments = 4',
    'not not yes',
    '((yes))',
  ])('is true: %s', (where) => expect(matches(where)).toBe(true))

  it.each([
    'zero',
    'nothing',
    'missing',
    'comments < 3',
    'comments = "3"',
    'comments > "1"',
    'state > 1',
    'missing > 0',
    'missing <= 0',
    'nothing < 1',
    'nothing = 0',
    'missing = false',
    'missing != null',
    'list = 1',
    'list.length = 1',
    'constructor',
    'yes and no',
    '(yes or no) and no',
    'big = 9007199254740992',
  ])('is false: %s', (where) => expect(matches(where)).toBe(false))

  it('names its paths', () => {
    expect(parseWhere('a.b > 1 and (not c or ["d.e"].f = 2)').paths).toEqual([['a', 'b'], ['c'], ['d.e', 'f']])
  })

  it('is false of what is no record', () => {
    for (const scope of [null, undefined, 'text', 3, []]) expect(parseWhere('a > 0').matches(scope)).toBe(false)
  })

  it.each([
    ['', 'where a path should be, it ends'],
    ['a >', 'true, false or null should be, it ends'],
    ['a > b', 'there is "b"'],
    ['a = [1]', 'there is "[1]"'],
    ['a b', 'where "and" or "or" should be, there is "b"'],
    ['a and', 'where a path should be, it ends'],
    ['and', 'there is "and"'],
    ['(a', 'where ")" should be, it ends'],
    ['a)', 'there is ")"'],
    ['a > true', 'a number or a text after ">"'],
    ['a <= null', 'a number or a text after "<="'],
    ['a = "x', 'there is ""x"'],
    ['a && b', 'there is "&& b"'],
    ['a[*] = 1', 'leads to many values'],
    ['a..b', 'is not a path'],
  ])('refuses "%s"', (where, message) => {
    const error: unknown = expect.objectContaining({ code: 'config', message: expect.stringContaining(message) })
    expect(() => parseWhere(where)).toThrow(error)
    expect(whereText.safeParse(where).success).toBe(false)
  })

  it('gives a condition or a config error for any text, and soon', () => {
    const words = fc.array(
      fc.constantFrom('a', 'and', 'or', 'not', '(', ')', '=', '!', '<', '1', '"x"', '[', ']', '"', ' '),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            expect(typeof parseWhere(text).matches({ a: 1 })).toBe('boolean')
          } catch (error) {
            expect(error).toMatchObject({ name: 'UnsiloError', code: 'config' })
          }
        },
      ),
    )
  })
})
