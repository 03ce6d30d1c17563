import { describe, expect, it } from 'vitest'
import { highWaterConfig } from '../cursor.ts'
import { createGroupMarks } from './group-marks.ts'

const perForm = highWaterConfig.parse({ field: 'id', per: 'form.name' })
const single = highWaterConfig.parse({ field: 'id' })

describe('createGroupMarks', () => {
  it('finds the largest of each group, in the item or in the scope around it', () => {
    const marks = createGroupMarks(perForm)
    marks.see({ id: 9 }, { form: { name: 'a' } })
    marks.see({ id: 10 }, { form: { name: 'a' } })
    marks.see({ id: '3', form: { name: 'b' } })
    marks.see({ id: 1, form: { name: '__proto__' } })
    marks.see({ id: 2 })
    expect(Object.entries(marks.result())).toEqual([
      ['a', '10'],
      ['b', '3'],
      ['__proto__', '1'],
      ['', '2'],
    ])
  })

  it('has one group without `per`, and passes over items without a value', () => {
    const marks = createGroupMarks(single)
    for (const id of ['9', null, undefined, {}, '', '10', true]) marks.see({ id })
    expect(marks.result()).toEqual({ '': '10' })
  })

  it('keeps earlier marks that nothing has passed', () => {
    const marks = createGroupMarks(perForm, { a: '12', gone: '5' })
    marks.see({ id: 3, form: { name: 'a' } })
    expect(marks.result()).toEqual({ a: '12', gone: '5' })
  })

  it('compares numbers as numbers, beyond 2^53 too, and texts as texts', () => {
    const marks = createGroupMarks(single)
    for (const id of ['109999999999999999', '110000000000000001', '110000000000000000']) marks.see({ id })
    expect(marks.result()).toEqual({ '': '110000000000000001' })
    const texts = createGroupMarks(single)
    for (const id of ['b', 'aaa']) texts.see({ id })
    expect(texts.result()).toEqual({ '': 'b' })
  })

  it('knows records at or below an earlier mark', () => {
    const marks = createGroupMarks(perForm)
    const below = (id: unknown, name: string) => marks.belowMark({ a: '10' }, { id }, { form: { name } })
    expect([9, '9', 10, 10n, 11, null, undefined].map((id) => below(id, 'a'))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ])
    expect(below(1, 'b')).toBe(false)
    expect(below(1, 'constructor')).toBe(false)
    expect(createGroupMarks(single).belowMark({ '': 'b' }, { id: 'a' })).toBe(true)
  })

  it('knows a record again whose number JSON.parse has rounded', () => {
    const marks = createGroupMarks(single)
    const item: unknown = JSON.parse('{"id": 1234567890123456789}')
    marks.see(item)
    expect(marks.belowMark(marks.result(), item)).toBe(true)
  })
})
