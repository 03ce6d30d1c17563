import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printShape } from './print-shape.ts'
import { printTypes } from './print-types.ts'
import { Shape } from './shape.ts'

function shapeOf(...values: unknown[]): Shape {
  const shape = new Shape()
  for (const value of values) shape.add(value)
  return shape
}

const typeOf = (...values: unknown[]): string => printShape(shapeOf(...values)).replaceAll(/\s+/g, ' ')

describe('the type of values', () => {
  it.each<[unknown[], string]>([
    [[], 'unknown'],

    [['a', null, 1, true], 'string | number | boolean | null'],
    [[[]], 'unknown[]'],
    [[[1], ['a', null]], '(string | number | null)[]'],
    [[[[1]], []], 'number[][]'],
    [[{}], 'Record<string, never>'],
    [[{ b: 1, a: 'x' }, { a: null }], '{ a: string | null b?: number }'],
    [[{ 'odd name': { in: [1] }, é: 1 }], '{ "odd name": { in: number[] } é: number }'],
    [[{ a: 1 }, [1], 'x'], 'string | number[] | { a: number }'],
    [[JSON.parse('{"__proto__":1}')], '{ __proto__: number }'],
  ])('of %o is %s', (values, type) => expect(typeOf(...values)).toBe(type))

  it('may have whole numbers of any size', () => expect(typeOf(1, 2n)).toBe('number | bigint'))

  it('is a map where names are data', () => {
    const days = Object.fromEntries(Array.from({ length: 201 }, (_, day) => [`day ${day}`, { steps: day }]))
    expect(typeOf({ days })).toBe('{ days: Record<string, { steps: number }> }')
  })

  it('ends somewhere', () => {
    let tree: unknown = 'leaf'
    for (let depth = 0; depth < 500; depth++) tree = { replies: [tree] }
    expect(typeOf(tree)).toContain('unknown')
  })

  it('is the same in whatever order they come', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (some, others) => {
        const expected = typeOf(...some, ...others)
        expect(typeOf(...others, ...some.toReversed())).toBe(expected)
        const merged = shapeOf(...some)
        merged.merge(shapeOf(...others))
        expect(printShape(merged).replaceAll(/\s+/g, ' ')).toBe(expected)
      }),
    )
  })
})

describe('the module of types', () => {
  it('names each view, whatever it is called', () => {
    const view = { from: '2026-03-02T080000Z', to: '2026-03-04T080000Z' }
    const text = printTypes([
      { ...view, dataset: 'reddit', view: 'saved', shape: shapeOf({ id: 1 }) },
      { ...view, dataset: 'reddit', view: 'my-list', shape: shapeOf('x') },
      { ...view, dataset: '2020 */ é', view: 'all', shape: shapeOf(), to: view.from },
      { ...view, dataset: 'Reddit', view: 'saved', shape: undefined },
      { dataset: 'empty', view: 'all', shape: shapeOf(), from: undefined, to: undefined },
    ])
    expect(text)
      .toBe(`// Written by \`unsilo types\` from the parcels that are kept; run it again when they have changed.

/** reddit/saved: parcels from 2026-03-02 to 2026-03-04. */
export interface RedditSaved {
  id: number
}

/** reddit/my-list: parcels from 2026-03-02 to 2026-03-04. */
export type RedditMyList = string

/** 2020 *\\/ é/all: parcels of 2026-03-02. */
export type _2020ÉAll = unknown

/** Reddit/saved: could not be read. */
export type RedditSaved2 = unknown

/** empty/all: there are no parcels. */
export type EmptyAll = unknown

/** For \`openMirror<Views>()\`: item types by view, by dataset. */
export interface Views {
  reddit: {
    saved: RedditSaved
    "my-list": RedditMyList
  }
  "2020 */ é": {
    all: _2020ÉAll
  }
  Reddit: {
    saved: RedditSaved2
  }
  empty: {
    all: EmptyAll
  }
}
`)
    expect(printTypes([])).toMatch(/export interface Views \{\}\n$/)
  })
})
