import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAccount } from '../account.ts'
import { truthOf } from '../truth.ts'
import { indexAfter, indexBeyond, placeOf, selectFrom, type Selection } from './listing.ts'

const account = createAccount({ seed: 1, start: new Date('2024-01-01T00:00:00Z'), burstShare: 0.9 })
account.advanceTo(new Date('2024-01-08T00:00:00Z'))
const listed = truthOf(account).itemsAt(account.now)
const selections = fc.record<Selection>({
  by: fc.constantFrom('created_at', 'updated_at', 'saved_at'),
  direction: fc.constantFrom('asc', 'desc'),
})
const instants = fc.oneof(
  fc.integer({ min: 0, max: 7 * 86_400_000 }).map((ms) => account.log[0]!.at.getTime() + ms),
  fc.constantFrom(...listed.map((item) => Date.parse(item.updated_at))),
)

it('goes on right after a place', () => {
  fc.assert(
    fc.property(selections, fc.nat(), (selection, at) => {
      const items = selectFrom(listed, selection)
      const index = at % items.length
      expect(indexAfter(items, placeOf(items[index]!, selection.by), selection)).toBe(index + 1)
    }),
  )
})

it('goes on beyond an instant, with its ties or without', () => {
  fc.assert(
    fc.property(selections, instants, fc.boolean(), (selection, ms, inclusive) => {
      const items = selectFrom(listed, selection)
      const isBeyond = (at: number): boolean => {
        if (at === ms) return inclusive
        return selection.direction === 'asc' ? at > ms : at < ms
      }
      const first = items.findIndex((item) => isBeyond(Date.parse(item[selection.by as 'created_at'])))
      expect(indexBeyond(items, ms, selection, inclusive)).toBe(first < 0 ? items.length : first)
    }),
  )
})
