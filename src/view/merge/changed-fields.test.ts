import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonPath } from '../json/at.ts'
import { pathsOf } from '../view.fixture.ts'
import { changedFields } from './changed-fields.ts'
import { rawFields } from './raw-fields.ts'

const ignored = pathsOf('score', 'author.karma', 'tags[*].n').map(jsonPath)
const changed = (before: string, after: string): string[] =>
  changedFields(Buffer.from(before), Buffer.from(after), ignored)

it('finds the fields that JSON.parse finds, each as it stands there', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
      const text = JSON.stringify(object, null, indent)
      const found = [...rawFields(text)!].map(([name, raw]) => [name, JSON.parse(raw) as unknown])
      expect(found).toEqual(Object.entries(JSON.parse(text) as object))
    }),
  )
})

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
