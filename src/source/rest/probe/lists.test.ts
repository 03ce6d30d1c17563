import { describe, expect, it } from 'vitest'
import { listsOf } from './lists.ts'
import { seenIn } from './samples.fixture.ts'

describe('the lists of an answer', () => {
  it.each([
    ['github', undefined, 5],
    ['reddit', 'data.children[*].data', 5],
    ['hypothesis', 'rows', 5],
    ['todoist', 'results', 5],
    ['lastfm', 'recenttracks.track', 6],
    ['raindrop', 'items', 5],
    ['emptyList', 'items', 0],
  ] as const)('are found where the records are: %s', (name, path, count) => {
    const { at, records } = seenIn(name)
    expect(at).toEqual({ path })
    expect(records).toHaveLength(count)
  })

  it('are told with the wrappers that records come in', () => {
    expect(seenIn('reddit').lists.map(({ path }) => path)).toEqual(['data.children[*].data', 'data.children'])
  })

  it.each([
    ['edges[*].node', { edges: [0, 1, 2].map((n) => ({ cursor: `c${n}`, node: { id: n, a: 1, b: 2 } })) }],
    ['entries[*].thing', { entries: [0, 1, 2].map((n) => ({ type: 'x', thing: { id: n, a: 1, b: 2 } })) }],
    // JSON:API: the id is beside the attributes.
    ['data', { data: [0, 1, 2].map((id) => ({ type: 'x', id, attributes: { a: 1, b: 2, c: 3, d: 4 } })) }],
    // Spotify: so is the time.
    ['items', { items: [0, 1, 2].map((n) => ({ added_at: `2024-01-0${n + 1}`, track: { id: n, a: 1, b: 2 } })) }],
  ])('go by what is beside the inner table: %s', (path, body) => {
    expect(listsOf(body)[0]!.path).toBe(path)
  })

  it('are told with the groups that records come in, which are less likely', () => {
    const body = {
      days: [
        { day: 1, meals: [{ id: 1 }, { id: 2 }] },
        { day: 2, meals: [{ id: 3 }] },
      ],
    }
    expect(listsOf(body)).toEqual([
      { path: 'days', count: 2, of: 'tables' },
      { path: 'days[*].meals[*]', count: 3, of: 'tables' },
    ])
  })

  it('are not those beside the records', () => {
    const body = { errors: [{ code: 1 }, { code: 2 }, { code: 3 }], data: [{ id: 1 }], tags: ['a', 'b', 'c'] }
    expect(listsOf(body)[0]).toEqual({ path: 'data', count: 1, of: 'tables' })
  })

  it('have paths that can be configured, whatever their names are', () => {
    expect(listsOf({ 'odd.key': { 'a b': [{ id: 1 }] } })[0]!.path).toBe('["odd.key"]["a b"]')
  })

  it.each([null, 'text', 7, {}, { id: 1, name: 'me' }])('are none in %j', (body) => {
    expect(listsOf(body)).toEqual([])
  })
})
