import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ParcelId, parcelIdAt } from '../parcel/id.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { RecordList, indexOf } from './record-list.ts'

const id = fc.nat({ max: 40 }).map((second) => parcelIdAt(new Date(second * 1000)))

function stored(parcel: ParcelId): StoredParcel {
  return { id: parcel, name: parcel, extension: '', path: `/data/${parcel}`, isFolder: false, others: [] }
}

it('finds what a map would find, in whatever order it is asked', () => {
  fc.assert(
    fc.property(fc.uniqueArray(id), fc.array(fc.tuple(fc.boolean(), id)), (there, asked) => {
      const sealed = there.toSorted()
      const records = new RecordList(sealed.map(stored))
      const known = new Set(sealed)
      for (const [isMade, wanted] of asked) {
        // Another text in memory, as one that was cut out of a ledger.
        const other = Buffer.from(wanted).toString()
        const found = isMade ? records.of(other) : records.find(other)
        if (isMade) known.add(wanted)
        expect(found?.id).toBe(known.has(wanted) ? wanted : undefined)
        expect(records.find(wanted)).toBe(found)
        expect(found?.isSealed ?? false).toBe(sealed.includes(wanted))
      }
      const all = records.sorted()
      expect(all.map((record) => record.id)).toEqual([...known].sort())
      for (const [place, record] of all.entries()) expect(indexOf(all, record.id)).toBe(place)
    }),
    { numRuns: 500 },
  )
})
