import { describe, expect, it } from 'vitest'
import { fieldsOf } from './fields.ts'
import { keysOf, roundedFields } from './keys.ts'
import { seenIn } from './samples.fixture.ts'

const named = (name: Parameters<typeof seenIn>[0]): string[] =>
  seenIn(name)
    .keys.filter(({ isNamedSo }) => isNamedSo)
    .map(({ fields }) => fields.join())

describe('the keys of records', () => {
  it.each([
    ['github', ['id', 'number']],
    ['reddit', ['id', 'name']],
    ['hypothesis', ['id']],
    ['mastodon', ['id']],
    ['todoist', ['id']],
    ['pinboard', ['hash']],
    ['raindrop', ['_id']],
    ['wordpress', ['id', 'slug']],
    ['lastfm', []],
    ['emptyList', []],
  ] as const)('are the unique fields with names of keys: %s', (name, fields) => {
    expect(named(name)).toEqual(fields)
  })

  it('may be two fields together', () => {
    expect(seenIn('bareArray').keys[0]!.fields).toEqual(['size', 'label'])
  })

  it('are in all records', () => {
    const fields = fieldsOf([{ id: 1, slug: 'a' }, { slug: 'b' }, { id: null, slug: 'c' }])
    expect(keysOf(fields).map(({ fields }) => fields)).toEqual([['slug']])
  })

  it('are no numbers that JSON has rounded', () => {
    const fields = fieldsOf([JSON.parse('{"id": 11100000000000000001}'), JSON.parse('{"id": 11100000000000009999}')])
    expect(keysOf(fields)).toEqual([])
    expect(roundedFields(fields)).toEqual(['id'])
  })
})
