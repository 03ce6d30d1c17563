import { keyOf } from '../../key.ts'
import { itemsAt } from '../../../../system/item-path.ts'
import type { StreamConfig } from '../../stream.ts'
import type { Look, Page } from '../look.ts'
import { compareFields } from './compare-fields.ts'
import { comparePages } from './compare-pages.ts'
import { type Comparison, sayRecords } from './comparison.ts'

/** Holds a stream's configuration against a page of it. @param url What it was asked for at. */
export function compare(stream: StreamConfig, page: Page, seen: Look, url: string): Comparison[] {
  const { found } = itemsAt(stream.items, page.body)
  return [
    ...compareItems(stream, found, seen),
    ...compareKey(stream, seen),
    // Records that are elsewhere than `items` says are one mistake, and the pages may be right all the same.
    ...comparePages(stream, { url, headers: page.headers, body: page.body, items: seen.records, found: 'items' }, seen),
    ...compareFields(stream, seen),
  ]
}

function compareItems(stream: StreamConfig, found: 'items' | 'null' | 'missing', seen: Look): Comparison[] {
  const at = stream.items === undefined ? 'the body' : `items = "${stream.items.text}"`
  if (found === 'items') {
    const [best] = seen.lists
    const isOther = best !== undefined && best.path !== stream.items?.text && best.path?.startsWith('[*]') === true
    if (stream.items === undefined && isOther) {
      return [{ key: 'items', status: 'missing', message: `each record is wrapped: items = "${best.path}"` }]
    }
    const status = seen.records.length === 0 ? 'unseen' : 'fits'
    return stream.items === undefined
      ? []
      : [{ key: 'items', status, message: `${at} leads to ${sayRecords(seen.records.length)}` }]
  }
  const [best] = seen.lists
  const instead =
    best === undefined ? '' : `; the likeliest list is ${best.path ?? 'the body itself'}, of ${best.count}`
  if (stream.items !== undefined) {
    return [
      { key: 'items', status: 'differs', message: `${at} leads to ${found === 'null' ? 'null' : 'no list'}${instead}` },
    ]
  }
  const message =
    best === undefined
      ? 'the body holds no list of records; `format = "any"` keeps it as it is'
      : `the body is no list${instead}`
  return [{ key: 'items', status: 'missing', message }]
}

function compareKey({ key }: StreamConfig, seen: Look): Comparison[] {
  const { records, keys } = seen
  if (key === undefined) {
    const message = 'nothing tells one record from another'
    return keys.length === 0 ? [] : [{ key: 'key', status: 'missing', message }]
  }
  const name = key.map(({ text }) => text).join(' and ')
  const says = (status: Comparison['status'], message: string): Comparison[] => [{ key: 'key', status, message }]
  if (records.length === 0) return says('unseen', `there is no record to see ${name} in`)
  const texts = records.map((record) => keyOf(record, key))
  const missing = texts.filter((text) => text === undefined).length
  if (missing > 0)
    return says('differs', `${name} is missing, or no plain value, in ${missing} of ${sayRecords(records.length)}`)
  const different = new Set(texts).size
  if (different < texts.length) {
    return says(
      'differs',
      `${name} has only ${different} value${different === 1 ? '' : 's'} in ${sayRecords(texts.length)}`,
    )
  }
  return says('fits', `${name} is in all ${sayRecords(records.length)}, and different in each`)
}
