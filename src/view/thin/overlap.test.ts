import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { pathsOf, viewOf } from '../view.fixture.ts'
import { bridgesOf } from './overlap.ts'

const definition = viewOf({ window: { newest: 3, by: pathsOf('id')[0]! } })

interface Shown {
  keys: string[]
  stays: boolean
}

const shown: fc.Arbitrary<Shown> = fc.record({
  keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }),
  stays: fc.boolean(),
})

it('lets gaps neither appear nor vanish', async () => {
  const overlap = (a: Shown, b: Shown): boolean => a.keys.some((key) => b.keys.includes(key))
  const gaps = (parcels: readonly (Shown & { id: string })[]): string[] =>
    parcels
      .slice(1)
      .flatMap((later, index) => (overlap(parcels[index]!, later) ? [] : [`${parcels[index]!.id} ${later.id}`]))
  await fc.assert(
    fc.asyncProperty(fc.array(shown, { minLength: 2, maxLength: 12 }), async (chosen) => {
      const parcels = chosen.map((one, place) => ({
        ...one,
        id: String(place),
        stays: one.stays || place === chosen.length - 1,
      }))
      const versions = parcels.map(({ id, keys }) => ({
        id,
        at: new Date(0),
        isEvidence: true,
        versions: keys.map((key) => ({ key, version: '1', order: undefined })),
        errors: 0,
        duplicates: 0,
        bounds: undefined,
        isFull: true,
        fields: new Map<string, Set<string>>(),
      }))
      const bridges = await bridgesOf(definition, versions, (id) => parcels[Number(id)]!.stays)
      const left = parcels.filter(({ id, stays }) => stays || bridges.has(id))
      expect(gaps(left)).toEqual(gaps(parcels))
    }),
    { numRuns: 500 },
  )
})

it('keeps nothing where each parcel shows all', async () => {
  expect(await bridgesOf(viewOf(), [], () => false)).toEqual(new Set())
})
