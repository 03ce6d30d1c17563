/** A kind of pagination, with the stream that shows it. */
export interface Kind {
  name: string
  path: string
  page: string
  /** Dotted path of the records; empty: the body itself. */
  items: string
  /** The parameter for the size of a page. */
  size: string
  params?: string
  /** The server itself tells whether there is a next page. */
  isTold: boolean
  /** Records may come twice. */
  repeats?: true
}

const kind = (name: string, path: string, page: string, items: string, more: Partial<Kind> = {}): Kind => ({
  name,
  path: `/page/${path}`,
  page,
  items,
  size: 'limit',
  isTold: true,
  ...more,
})

/** Every kind of pagination that there is, in all its variants. */
export const kinds: readonly Kind[] = [
  kind('none', 'none', '{ kind = "none" }', '', { isTold: false }),
  kind('link', 'link', '{ kind = "link" }', '', { size: 'per_page' }),
  kind('next-url', 'next-url', '{ kind = "next-url", at = "next" }', 'items'),
  kind('relative next-url', 'next-url', '{ kind = "next-url", at = "next" }', 'items', { params: 'relative = 1' }),
  kind('nested token', 'after', '{ kind = "token", at = "data.after", param = "after" }', 'data.items'),
  kind('token', 'cursor', '{ kind = "token", at = "next_cursor", param = "cursor" }', 'results'),
  kind('header-token', 'header', '{ kind = "header-token", header = "X-Continuation", param = "continuation" }', ''),
  kind('number', 'number', '{ kind = "number" }', 'items', { isTold: false }),
  kind('number from 0 with more', 'number', '{ kind = "number", from = 0, more = "more" }', 'items', {
    params: 'first = 0, tell = "more"',
  }),
  kind('offset', 'offset', '{ kind = "offset" }', 'items', { isTold: false }),
  kind('last-item after', 'last-item', '{ kind = "last-item", field = "updated_at", param = "search_after" }', 'rows', {
    isTold: false,
    repeats: true,
  }),
  kind(
    'last-item from',
    'last-item',
    '{ kind = "last-item", field = "updated_at", param = "search_after", bound = "from" }',
    'rows',
    { isTold: false, repeats: true, params: 'inclusive = 1' },
  ),
  kind('last-item downwards', 'max-id', '{ kind = "last-item", field = "id", param = "max_id" }', '', {
    isTold: false,
  }),
]

export function kindNamed(name: string): Kind {
  const found = kinds.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no kind ${name}`)
  return found
}

/** The configuration of one stream, `items`. */
export function streamOf({ path, page, items, size, params }: Kind, pageSize: number, more = '', extra = ''): string {
  const all = [`${size} = ${pageSize}`, params, extra].filter((part) => part !== undefined && part !== '').join(', ')
  return `
[[source.streams]]
name = "items"
path = "${path}"
page = ${page}
params = { ${all} }
key = "id"
${items === '' ? '' : `items = "${items}"`}
${more}
`
}
