import { describe, expect, it } from 'vitest'
import { seenIn } from './samples.fixture.ts'
import { cursorsOf } from './cursors.ts'
import { fieldsOf } from './fields.ts'

describe('the fields that may be cursors', () => {
  it.each([
    ['github', 'updated_at', 'time', 'none'],
    ['reddit', 'created_utc', 'epoch', 'descending'],
    ['hypothesis', 'updated', 'time', 'ascending'],
    ['todoist', 'updated_at', 'time', 'descending'],
    ['lastfm', 'date.uts', 'epoch', 'descending'],
    ['wordpress', 'modified', 'time', 'same'],
  ] as const)('begin with the one that changes with its record: %s', (name, field, as, order) => {
    expect(seenIn(name).cursors[0]).toMatchObject({ field, as, order })
  })

  it('tell how many records lack it', () => {
    expect(seenIn('lastfm').cursors[0]).toMatchObject({ missing: 1, isUnique: false })
  })

  it('show at most 20 characters of a value', () => {
    expect(seenIn('hypothesis').cursors[0]).toMatchObject({
      from: '2024-02-29T10:00:00.…',
      to: '2024-02-29T10:03:00.…',
    })
  })

  it('are numbers only when they grow from record to record', () => {
    const ids = (...list: number[]): unknown[] => cursorsOf(fieldsOf(list.map((id) => ({ id }))))
    expect(ids(1, 5, 9)).toMatchObject([{ field: 'id', as: 'number', order: 'ascending' }])
    expect(ids(1, 9, 5)).toEqual([])
    expect(ids(1, 9)).toEqual([])
  })

  it('are numbers of ms and seconds only where the name says that it is a time', () => {
    const kinds = cursorsOf(fieldsOf([{ at: 1_709_200_000_000, size: 1_709_200_000, updated: 1_709_200_000.5 }]))
    expect(kinds).toMatchObject([
      { field: 'updated', as: 'epoch' },
      { field: 'at', as: 'epoch-ms' },
    ])
  })
})
