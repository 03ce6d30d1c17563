import { describe, expect, it } from 'vitest'
import { decideDrain } from './drain-candidates.ts'
import type { DrainPast, Intent } from './drain-ledger.ts'
import type { ShownRecord } from './drain-look.ts'
import type { SafePlace } from './drain-sealed.ts'

const deletion = { method: 'DELETE', path: 'a/1', url: 'http://localhost/a/1', headers: {} }
const parcel = '2026-03-01T060000Z'
const none: Pick<DrainPast, 'open' | 'done'> = { open: new Map(), done: new Map() }

const shown = (sha256: string, isWanted = true): ShownRecord => ({
  key: '1',
  sha256,
  deletion: isWanted ? deletion : undefined,
})
const safe = (sha256: string, waitsFor?: string): SafePlace => ({ parcel, sha256, waitsFor })
const intent = (sha256: string): Intent => ({ id: '1', key: '1', parcel, request: 'DELETE a/1', sha256 })

function decide(
  record: ShownRecord | undefined,
  place: SafePlace | undefined,
  past: Partial<DrainPast> = {},
  options: { isWhole?: boolean; settled?: string[] } = {},
): Record<string, unknown> {
  const decision = decideDrain(
    { records: new Map(record === undefined ? [] : [['1', record]]), isWhole: options.isWhole ?? true },
    { ...none, ...past },
    new Map(place === undefined ? [] : [['1', place]]),
    new Set(options.settled),
  )
  // Only what is not empty.
  const counts = Object.entries(decision).map(([name, value]): [string, unknown] => [
    name,
    value instanceof Map ? Object.fromEntries(value) : Array.isArray(value) ? value.length : value,
  ])
  return Object.fromEntries(counts.filter(([, value]) => value !== 0 && JSON.stringify(value) !== '{}'))
}

describe('what the server shows', () => {
  it('may be deleted only as it is sealed', () => {
    expect(decide(shown('a'), safe('a'))).toEqual({ candidates: 1 })
    expect(decide(shown('b'), safe('a'))).toEqual({ unsafe: 1 })
    expect(decide(shown('a'), undefined)).toEqual({ unsafe: 1 })
    expect(decide(shown('a', false), safe('a'))).toEqual({})
    expect(decide(shown('a'), safe('a', 'vault'))).toEqual({ waiting: { vault: 1 } })
  })

  it('with two values at once is never what is sealed', () => {
    expect(decide(shown(''), safe('a'))).toEqual({ unsafe: 1 })
  })

  it('is left alone once this drain has done with it', () => {
    expect(decide(shown('a'), safe('a'), {}, { settled: ['1'] })).toEqual({ unsafe: 1 })
    expect(decide(shown('a'), safe('a'), { done: new Map([['1', 'a']]) }, { settled: ['1'] })).toEqual({ back: 1 })
  })

  it('is an alarm when the server said that it was deleted', () => {
    expect(decide(shown('a'), safe('a'), { done: new Map([['1', 'a']]) })).toEqual({ back: 1, candidates: 1 })
    expect(decide(shown('b'), safe('b'), { done: new Map([['1', 'a']]) })).toEqual({ candidates: 1 })
  })
})

describe('an open intent', () => {
  const open = { open: new Map([['1', intent('a')]]) }

  it('is carried out when its record is as it was', () => {
    expect(decide(shown('a'), safe('a'), open)).toEqual({ candidates: 1 })
  })

  it('stays open when nothing holds the record, or not yet in all places', () => {
    expect(decide(shown('a'), undefined, open)).toEqual({ unsafe: 1 })
    expect(decide(shown('a'), safe('a', 'vault'), open)).toEqual({ waiting: { vault: 1 } })
  })

  it('is settled when the server does not show the record, and shows everything', () => {
    expect(decide(undefined, undefined, open)).toEqual({ gone: 1 })
    expect(decide(undefined, undefined, open, { isWhole: false })).toEqual({ untold: 1 })
  })

  it('never deletes what is shown in its place, even if that is sealed, too', () => {
    expect(decide(shown('b'), safe('b'), open)).toEqual({ changed: 1, unsafe: 1 })
    expect(decide(shown('b', false), undefined, open)).toEqual({ changed: 1 })
  })

  it('is settled when the record is not to be deleted any more', () => {
    expect(decide(shown('a', false), safe('a'), open)).toEqual({ unwanted: 1 })
  })
})

it('begins with what a broken-off drain has left, then with the newest parcel', () => {
  const ids = ['1', '2', '3', '4']
  const places = ['2026-01-01T000000Z', '2026-01-03T000000Z', '2026-01-02T000000Z', '2026-01-01T000000Z']
  const { candidates } = decideDrain(
    { records: new Map(ids.map((id) => [id, shown('a')])), isWhole: true },
    { open: new Map([['4', { ...intent('a'), id: '4' }]]), done: new Map() },
    new Map(ids.map((id, index) => [id, { parcel: places[index]!, sha256: 'a', waitsFor: undefined }])),
    new Set(),
  )
  expect(candidates.map(({ id }) => id)).toEqual(['4', '2', '3', '1'])
})
