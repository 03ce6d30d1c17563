import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { oracleOf } from '../simulator/service/oracle.ts'
import { kinds, streamOf } from './kinds.fixture.ts'
import { readParcel, scenes } from './rest.fixture.ts'

const scene = scenes()

describe.each(kinds)('a full export by $name', (kind) => {
  it.each([1, 9, 1000])('holds every record as it is, with %i on a page', async (size) => {
    // A page of one item has ties that it cannot step over.
    if (kind.name.startsWith('last-item') && kind.path.endsWith('last-item') && size === 1) return
    const { service, dataset, exportWell } = await scene(streamOf(kind, size), {
      account: { createdPerDay: size === 1 ? 0.3 : 1 },
    })
    const event = await exportWell()
    const { manifest, records } = await readParcel(dataset)
    const found = await records<Item & { comments: number }>('items', kind.items)
    const plain = found.map(({ comments, ...item }): Item => (expect(comments).toBe(item.id % 4), item))
    plain.sort((a, b) => a.id - b.id)
    const shown = oracleOf(service.account).shownAt(service.account.now)
    expect(shown.length).toBeGreaterThan(10)
    const unique = plain.filter(({ id }, index) => id !== plain[index - 1]?.id)
    expect(unique).toEqual(shown)
    if (kind.repeats === undefined) expect(plain).toHaveLength(shown.length)
    expect(manifest.streams['items']).toMatchObject({ complete: true, mode: 'full', items: found.length })
    expect(manifest).toMatchObject({ holds: 'all', incomplete: [], warnings: [], resumedRequests: 0 })
    expect(event.holds).toBeUndefined()
    expect(service.requests).toHaveLength(manifest.streams['items']!.pages)
  })

  it('is good, and empty, when there is nothing', async () => {
    const { dataset, exportWell } = await scene(streamOf(kind, 7), { account: { createdPerDay: 0 } })
    await exportWell()
    expect((await readParcel(dataset)).manifest.streams['items']).toMatchObject({ complete: true, items: 0 })
  })
})
