import { type Item, itemKeys } from './item.ts'

export interface PrintOptions {
  format: 'json' | 'ndjson' | 'csv'
  /** Spaces that JSON is indented with. */
  indent: number
  /** Name of the member that holds the items in an outer object; empty for a bare array. JSON only. */
  envelope: string
}

/** Items as an export prints them. CSV is RFC 4180's: CRLF, quotes doubled; nested values stand in it as JSON. */
export function printItems(items: readonly Item[], options: PrintOptions): string {
  if (options.format === 'csv') return [itemKeys.join(','), ...items.map(csvRow)].map((row) => `${row}\r\n`).join('')
  if (options.format === 'ndjson') return items.map((item) => `${JSON.stringify(item)}\n`).join('')
  const document = options.envelope === '' ? items : { [options.envelope]: items }
  return `${JSON.stringify(document, null, options.indent)}\n`
}

function csvRow(item: Item): string {
  return itemKeys.map((key) => csvField(item[key])).join(',')
}

function csvField(value: unknown): string {
  if (value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
