import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonPath } from '../json/at.ts'
import { pathsOf } from '../view.fixture.ts'
import { createChangedFields } from './changed-fields.ts'

const ignored = pathsOf('score', 'author.karma', 'tags[*].n').map(jsonPath)
const find = createChangedFields(ignored)
const changed = (before: string, after: string): string[] => find(Buffer.from(before), Buffer.from(after))

it('takes for changed what JSON.parse does, however it is written', () => {
  const item = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'é"'), fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(item, item, fc.constantFrom(undefined, 1), (before, after, indent) => {
      const names = Object.keys({ ...before, ...after })
      const expected = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      const reversed = Object.fromEntries(Object.entries(after).toReversed())
      expect(changed(JSON.stringify(before, null, indent), JSON.stringify(reversed))).toEqual(expected.sort())
    }),
  )
})

it('is the same, however many names there were before', () => {
  const fresh = createChangedFields([])
  const item = (from: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${from + index}`, index])))
  for (let from = 0; from < 12_000; from += 1000) fresh(Buffer.from(item(from)), Buffer.from(item(from)))
  const before = Buffer.from('{"n1":1,"other":1,"gone":1,"same":2}')
  const after = Buffer.from('{"same":2,"n1":2,"other":2,"new":1}')
  expect(fresh(before, after)).toEqual(['gone', 'n1', 'new', 'other'])
})

it.each([
  ['{"score":1}', '{"score":2}', []],
  ['{"score":1}', '{}', []],
  ['{"author":{"karma":1,"name":"x"}}', '{"author":{"name":"x"}}', []],
  ['{"author":{"karma":1,"name":"x"}}', '{"author":{"karma":1,"name":"y"}}', ['author']],
  ['{"tags":[{"n":1}]}', '{ "tags" : [ { "n" : 2 } ] }', []],
  ['{"a":1,"a":2}', '{"a":2}', ['a']],
  ['{"a":9007199254740993}', '{"a":9007199254740992}', ['a']],
  ['{"b":1}', '{"c":1}', ['b', 'c']],
  ['[1]', '{"a":1}', ['a']],
])('of %s and %s is %j', (before, after, expected) => expect(changed(before, after)).toEqual(expected))
