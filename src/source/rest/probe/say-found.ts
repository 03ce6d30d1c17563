import type { Extent } from './extent.ts'
import type { Found } from './probed-stream.ts'

/** Something that is said of a stream, and what it is about, in a word. */
export interface Said {
  about: string
  text: string
}

const mostFields = 24
const mostLists = 4
const mostKeys = 4

export function sayFound(found: Found): Said[] {
  const about = (word: string, texts: readonly string[]): Said[] => texts.map((text) => ({ about: word, text }))
  const { pages, more, cursors, records } = found
  return [
    ...about('records', sayRecords(found)),
    ...about('fields', sayFields(found.fields)),
    ...about('key', sayKeys(found.keys)),
    ...about(
      'cursor',
      cursors.map((cursor) => sayCursor(cursor, records)),
    ),
    ...about(
      'page',
      pages.map(({ kind, because }) => `${kind}: ${because}`),
    ),
    ...about('more', more.map(sayMore)),
    ...sayExtent(found.extent),
  ]
}

function sayRecords({ records, items, lists }: Found): string[] {
  if (lists.length === 0) return ['no list of records was found']
  const others = lists.filter(({ path }) => path !== items).slice(0, mostLists)
  return [
    items === undefined ? `${records}: the body itself is the list` : `${records}: ${items}`,
    ...others.map(({ path, count }) => `or ${count}: ${path ?? 'the body itself'}`),
  ]
}

function sayFields(fields: Found['fields']): string[] {
  if (fields.length === 0) return []
  const shown = fields.slice(0, mostFields).map(({ path, kind }) => `${path} (${kind})`)
  const hidden = fields.length - shown.length
  return [`${shown.join(', ')}${hidden > 0 ? `, and ${hidden} more` : ''}`]
}

function sayKeys(keys: Found['keys']): string[] {
  const say = ({ fields, kind }: Found['keys'][number]): string => `${fields.join(' and ')} (${kind})`
  const named = keys.filter(({ isNamedSo }) => isNamedSo).map(say)
  const others = keys.filter(({ isNamedSo }) => !isNamedSo).map(say)
  const chance = named.length === 0 ? 'different in each' : 'different in each, too, maybe by chance'
  return [
    ...(named.length === 0 ? [] : [`in all, and different in each: ${named.join(', ')}`]),
    ...(others.length === 0 ? [] : [`${chance}: ${others.slice(0, mostKeys).join(', ')}`]),
  ]
}

const orders = {
  ascending: 'ascending',
  descending: 'descending',
  same: 'the same in all',
  none: 'the page is not sorted by it',
} as const

function sayCursor({ field, as, order, missing, from, to }: Found['cursors'][number], records: number): string {
  const range = order === 'same' ? from : `${from} to ${to}`
  const absent = missing === 0 ? '' : `; missing, or null, in ${missing} of ${records}`
  return `${field} (${as}): ${orders[order]}, ${range}${absent}`
}

function sayMore({ path, value, meansMore }: Found['more'][number]): string {
  return `${path} is ${value}${meansMore ? '' : '; `more` cannot read it: true means the end'}`
}

function sayExtent({ pageSize, toldSize, total, window }: Extent): Said[] {
  const said: Said[] = []
  if (pageSize !== undefined) said.push({ about: 'size', text: `a full page has ${pageSize}` })
  if (toldSize !== undefined) said.push({ about: 'size', text: `${toldSize.at} says ${toldSize.size}` })
  if (total !== undefined) {
    said.push({ about: 'total', text: `${total.at} comes to ${total.isAtMost ? 'at most ' : ''}${total.count}` })
  }
  if (window !== undefined) {
    const text = `${window} is as round as a limit: the server may show only its newest ${window}`
    said.push({ about: 'window', text })
  }
  return said
}
