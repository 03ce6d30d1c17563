import { describe, expect, it } from 'vitest'
import { ItemBytes } from './item-bytes.ts'

const textOf = (items: ItemBytes, place: number): string => items.at(place).toString()

describe('ItemBytes', () => {
  it('share memory with those of the parcel before, and let go of what is gone', () => {
    const text = (index: number): string => `${index}`.padEnd(200_000, '.')
    let items = new ItemBytes()
    for (let index = 0; index < 10; index++) {
      items.add(Buffer.from(text(index)))
      items.setGap(Buffer.from(',\n'))
    }
    let largest = 0
    for (let parcel = 10; parcel < 200; parcel++) {
      const next = items.fresh()
      expect(next.addRun(items, 1, 9)).toBe(0)
      next.setGap(Buffer.from(',\n'))
      next.add(Buffer.from(text(parcel)))
      expect([...next.gaps.subarray(0, next.size)]).toEqual([...Array.from({ length: 9 }, () => 2), -1])
      next.setGap(Buffer.from(',\n'))
      items = next.tidied()
      largest = Math.max(largest, items.arena.end)
      for (let place = 0; place < 10; place++) expect(textOf(items, place)).toBe(text(parcel - 9 + place))
    }
    expect(largest).toBeLessThan(16 * 1024 * 1024)
  })

  it('do not take a gap for another one', () => {
    const past = new ItemBytes()
    past.add(Buffer.from('{"a":1}'))
    past.setGap(Buffer.from(', '))
    past.add(Buffer.from('{"a":2}'))
    const next = past.fresh()
    next.addRun(past, 0, 1)
    next.setGap(Buffer.from(',\n'))
    next.addRun(past, 0, 2)
    expect([...next.gaps.subarray(0, 3)]).toEqual([-1, 2, -1])
  })

  it('hold items of many megabytes', () => {
    const items = new ItemBytes()
    const large = Buffer.alloc(5_000_000, 'x')
    expect([items.add(large), items.add(Buffer.from('{}')), items.add(large)]).toEqual([0, 1, 2])
    expect([0, 1, 2].map((place) => items.at(place).length)).toEqual([5_000_000, 2, 5_000_000])
    for (let more = 0; more < 100; more++) items.add(large)
    expect(items.size).toBeLessThan(45)
    expect(items.add(Buffer.from('{}'))).toBe(-1)
  })
})
