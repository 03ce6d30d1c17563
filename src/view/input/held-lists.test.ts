import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeldLists } from './held-lists.ts'
import { inChunks } from './input.fixture.ts'

async function heldIn(text: string, chunkBytes = 1000) {
  const lists = new HeldLists()
  for await (const chunk of inChunks(Buffer.from(text), chunkBytes)) lists.write(chunk)
  return lists.end()
}
const many = (count: number, more = {}) => Array.from({ length: count }, (_, id) => ({ id, ...more }))
const json = (value: unknown): string => JSON.stringify(value)

describe('lists that a document holds', () => {
  it.each<[string, unknown, { path: string; items: number }[]]>([
    ['one list', { locations: many(12) }, [{ path: 'locations[*]', items: 12 }]],
    [
      'a list further inside',
      { kind: 'Listing', data: { children: many(10) } },
      [{ path: 'data.children[*]', items: 10 }],
    ],
    [
      'several lists, the longest first',
      { posts: many(10), me: { a: 1 }, comments: many(30) },
      [
        { path: 'comments[*]', items: 30 },
        { path: 'posts[*]', items: 10 },
      ],
    ],
    ['a list of objects that hold lists', { all: many(10, { tags: many(20) }) }, [{ path: 'all[*]', items: 10 }]],
    ['a list with an odd name', { 'a.b "c"': many(10) }, [{ path: '["a.b \\"c\\""][*]', items: 10 }]],
    ['a short list', { addresses: many(9) }, []],
    ['a list that is a small part of it', { text: 'x'.repeat(10_000), log: many(10) }, []],
    ['a list of no objects', { scores: Array.from({ length: 100 }, (_, n) => n) }, []],
    ['an object of objects', { users: Object.fromEntries(many(20).map((one) => [one.id, one])) }, []],
    ['a list', many(100, { tags: many(100) }), []],
    ['a text', '{"a": [', []],
  ])('are those of %s', async (_, value, expected) => {
    expect(await heldIn(json(value))).toEqual(expected)
  })

  it('are none where the document is cut off', async () => {
    expect(await heldIn(json({ all: many(50) }).slice(0, -1))).toEqual([])
  })

  it('are the same in chunks of any size, with blanks and a byte order mark', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', '"', '\\', 'é', '{', '['), minLength: 1, maxLength: 3 })
    const property = fc.asyncProperty(name, name, fc.integer({ min: 1, max: 9 }), async (list, text, chunkBytes) => {
      const value = { first: { [text]: text }, [list]: many(10, { [text]: { a: [text] } }) }
      const [found] = await heldIn(`\ufeff${JSON.stringify(value, null, 1)}`, chunkBytes)
      expect(found?.items).toBe(10)
      expect(await heldIn(json(value))).toEqual([found])
    })
    await fc.assert(property, { numRuns: 200 })
  })
})
