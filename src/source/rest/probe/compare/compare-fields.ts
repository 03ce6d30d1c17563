import type { CursorConfig } from '../../cursor.ts'
import { readMark } from '../../cursor/mark.ts'
import { type ItemPath, valueAt } from '../../../../system/item-path.ts'
import type { StreamConfig } from '../../stream.ts'
import type { Look } from '../look.ts'
import { type Comparison, sayRecords } from './comparison.ts'

/** Holds the fields that a stream names, beside its key, against its records. */
export function compareFields(stream: StreamConfig, seen: Look): Comparison[] {
  const { cursor, window, high_water: highWater } = stream
  return [
    ...(cursor === undefined ? [] : [compareCursor(cursor, seen)]),
    ...(window?.by === undefined ? [] : [compareField('window', window.by, seen)]),
    ...(highWater === undefined ? [] : [compareField('high_water', highWater.field, seen)]),
  ]
}

function compareCursor({ field, as }: CursorConfig, { records, cursors }: Look): Comparison {
  const says = (status: Comparison['status'], message: string): Comparison => ({ key: 'cursor', status, message })
  if (records.length === 0) return says('unseen', `there is no record to see ${field.text} in`)
  const values = records
    .map((record) => valueAt(field, record))
    .filter((value) => value !== undefined && value !== null)
  if (values.length === 0)
    return says('differs', `${field.text} is missing, or null, in all ${sayRecords(records.length)}`)
  const wrong = values.filter((value) => readMark(as, value) === undefined).length
  if (wrong > 0) {
    const other = cursors.find((candidate) => candidate.field === field.text)?.as
    const instead = other === undefined || other === as ? '' : `: they look like as = "${other}"`
    return says(
      'differs',
      `${field.text} is none of as = "${as}" in ${wrong} of ${sayRecords(records.length)}${instead}`,
    )
  }
  const missing = records.length - values.length
  return says(
    'fits',
    `${field.text} is ${missing === 0 ? 'in all records' : `missing, or null, in ${missing} of ${records.length}`}, as = "${as}"`,
  )
}

function compareField(key: 'window' | 'high_water', field: ItemPath, { records }: Look): Comparison {
  const count = records.filter((record) => valueAt(field, record) !== undefined).length
  if (records.length === 0) return { key, status: 'unseen', message: `there is no record to see ${field.text} in` }
  const status = count === 0 ? 'differs' : 'fits'
  return { key, status, message: `${field.text} is in ${count} of ${sayRecords(records.length)}` }
}
