import { type PageSeen, wrongPage } from './pager.ts'

/**
 * On a later page, missing items are an empty page; on the first they are a mistake in `items`, or no page at all.
 *
 * @throws UnsiloError `wrong-content` that says what the body is, without any of its values
 */
export function expectItems(page: PageSeen): void {
  if (page.found === 'items') return
  throw wrongPage(
    `the first page has no items: \`items\` leads to ${page.found === 'null' ? 'null' : 'no list'}; ${sayBody(page.body)}`,
    'Set `items` of the stream to where the list is, as in "data.items".',
  )
}

const mostKeys = 20

function sayBody(body: unknown): string {
  if (body === null) return 'the body is null'
  if (Array.isArray(body)) return `the body is a list of ${body.length}`
  if (typeof body !== 'object') return `the body is a ${typeof body}`
  const keys = Object.keys(body)
  const named = keys.slice(0, mostKeys).map((key) => (key.length > 40 ? `${key.slice(0, 40)}…` : key))
  if (keys.length > mostKeys) named.push(`${keys.length - mostKeys} more`)
  return named.length === 0 ? 'the body is an empty table' : `the body has the keys ${named.join(', ')}`
}
