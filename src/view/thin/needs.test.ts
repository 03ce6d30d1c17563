import { describe, expect, it } from 'vitest'
import type { ViewDefinition } from '../definition.ts'
import type { ParcelVersions } from '../store/read-versions.ts'
import { pathsOf, viewOf } from '../view.fixture.ts'
import { needsOf } from './needs.ts'
import { staying } from './thin.fixture.ts'

/** A parcel a day, named by its number; items as `key` or `key=version`. */
function parcel(day: number, items: string, changes: Partial<ParcelVersions> = {}): ParcelVersions {
  const versions = items
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => {
      const [key, version = '1'] = text.split('=') as [string, string | undefined]
      return { key, version, order: Number(key) }
    })
  const orders = versions.map(({ order }) => order)
  const bounds = orders.length === 0 ? undefined : { low: Math.min(...orders), high: Math.max(...orders) }
  return {
    id: String(day),
    at: new Date(Date.UTC(2026, 0, day)),
    isEvidence: true,
    versions,
    errors: 0,
    duplicates: 0,
    bounds,
    isFull: false,
    fields: new Map(),
    ...changes,
  }
}

const days = (...items: (string | Partial<ParcelVersions>)[]): ParcelVersions[] =>
  items.map((one, index) => (typeof one === 'string' ? parcel(index + 1, one) : parcel(index + 1, '', one)))

async function goes(parcels: readonly ParcelVersions[], changes: Partial<ViewDefinition> = {}): Promise<string> {
  const stays = await staying(viewOf(changes), () => parcels, String(parcels.length))
  return parcels
    .map(({ id }) => id)
    .filter((id) => !stays.has(id))
    .join(' ')
}

describe('a parcel', () => {
  it('between the first and the last one with a version can go', async () => {
    expect(await goes(days('1 2', '1 2', '1 2', '1 2'))).toBe('2 3')
  })

  it('with a version that no other has stays, as do its neighbours that bound it in time', async () => {
    expect(await goes(days('1', '1', '1', '1=b', '1', '1', '1'))).toBe('2 6')
  })

  it('stays as the last that has seen an item, and as the first that proves it gone', async () => {
    expect(await goes(days('1 2', '1 2', '1 2', '1', '1', '1'))).toBe('2 5')
  })

  it('stays where an item comes back', async () => {
    expect(await goes(days('1 2', '1', '1', '1', '1 2', '1 2', '1 2'))).toBe('3 4 6')
  })

  it('stays as one of so many proofs of absence as the view asks for', async () => {
    const absent = { mark: true, parcels: 3, days: 0 }
    expect(await goes(days('1 2', '1', '1', '1', '1', '1', '1'), { absent })).toBe('5 6')
  })

  it('stays as the proof of absence that came after enough days', async () => {
    const absent = { mark: true, parcels: 1, days: 3 }
    expect(await goes(days('1 2', '1', '1', '1', '1', '1', '1'), { absent })).toBe('3 4 6')
  })

  it('stays between two absences that would count as one without it', async () => {
    const absent = { mark: true, parcels: 2, days: 0 }
    expect(await goes(days('1 2', '1', '1 2', '1', '1 2', '1 2', '1 2'), { absent })).not.toContain('3')
  })

  it('that proves nothing ends no sighting', async () => {
    const partial = parcel(3, '1', { isEvidence: false })
    expect(await goes([parcel(1, '1 2'), parcel(2, '1 2'), partial, parcel(4, '1 2'), parcel(5, '1 2')])).toBe('2 3 4')
  })

  it('with errors, or with an item twice, stays', async () => {
    const parcels = [parcel(1, '1'), parcel(2, '1', { errors: 1 }), parcel(3, '1', { duplicates: 1 }), parcel(4, '1')]
    expect(await goes(parcels)).toBe('')
    expect((await needsOf(viewOf(), parcels)).needs.get('2')).toEqual([{ kind: 'errors', count: 1, example: '' }])
  })

  it('stays where a field comes or goes', async () => {
    const fields = (...names: string[]) => new Map(names.map((name) => [name, new Set(['string'])]))
    const of = (day: number, ...names: string[]) => parcel(day, '1', { fields: fields(...names) })
    const parcels = [of(1, 'a'), of(2, 'a', 'b'), of(3, 'a', 'b'), of(4, 'a', 'b'), of(5, 'a'), of(6, 'a'), of(7, 'a')]
    expect(await goes(parcels)).toBe('3 6')
  })
})

describe('a window', () => {
  const window = { newest: 2, by: pathsOf('id')[0]! }
  const mark = { mark: false, parcels: 1, days: 0 }
  /** Enough of the same, so that headroom is worked out from these. */
  const after = (items: string): string[] => Array.from({ length: 12 }, () => items)

  it('keeps the newest parcels, from which headroom is worked out', async () => {
    expect(await goes(days('1 2', '1 2', ...after('1 2')), { window, absent: mark })).toBe('2 3')
  })

  it('keeps both sides of a gap', async () => {
    const parcels = days('1 2', '1 2', '1 2', '5 6', '5 6', ...after('5 6'))
    expect(await goes(parcels, { window, absent: mark })).toBe('2 5 6')
  })
})

it('counts what each parcel is needed for, with an example', async () => {
  const { needs, found } = await needsOf(viewOf(), days('1 2', '1 2=b', '1 2=c 3', ''))
  expect(needs.get('2')).toEqual([{ kind: 'only', count: 1, example: '2' }])
  expect(needs.get('4')).toEqual([{ kind: 'absent', count: 3, example: '1' }])
  expect([...found]).toEqual(['1', '2', '3'])
})

describe('a parcel that could not be read as a whole', () => {
  it('may have been the first proof of an absence, so that all those after it stay until that is sure', async () => {
    const absent = { mark: true, parcels: 1, days: 2 }
    const parcels = days('1 2', '1', '1', '1', '1', '1', '1')
    expect(await goes(parcels, { absent })).toBe('3 5 6')
    parcels[1] = parcel(2, '1', { errors: 1 })
    expect(await goes(parcels, { absent })).toBe('6')
  })

  it('is not taken for the same as another one: what is between them stays', async () => {
    const damaged = { errors: 1 }
    const parcels = [parcel(1, '1'), parcel(2, '1', damaged), parcel(3, '1'), parcel(4, '1'), parcel(5, '1', damaged)]
    expect(await goes([...parcels, parcel(6, '1')])).toBe('4')
  })
})
