import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Found } from '../item.ts'
import { packBatch, unpackBatch } from './packed-batch.ts'

const file = fc.constantFrom('', 'a.csv', 'b/ü.json')
const shared = {
  parents: fc.constantFrom<(readonly string[])[]>(['1'], ['2', 'null']),
  isText: fc.constant(true as const),
}
const place = fc.integer({ min: -1, max: 2 ** 31 - 1 })
const found: fc.Arbitrary<Found> = fc.oneof(
  fc.record({ json: fc.uint8Array(), file, place, ...shared }, { requiredKeys: ['json', 'file', 'place'] }),
  fc.record(
    { first: fc.nat(), count: fc.nat(), place, file, ...shared },
    { requiredKeys: ['first', 'count', 'place', 'file'] },
  ),
  fc.record({ problem: fc.string(), file, path: fc.string() }, { requiredKeys: ['problem', 'file'] }),
)

it('gives back what was packed, also after it was moved', () => {
  fc.assert(
    fc.property(fc.array(found), (batch) => {
      const packed = packBatch(batch)
      const moved = structuredClone(packed, { transfer: [packed.bytes.buffer, packed.rows.buffer] })
      expect(unpackBatch(moved)).toEqual(batch)
    }),
  )
})
