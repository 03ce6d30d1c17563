import { addressWith, type Call, count } from './call.ts'

/** A `Link` header (RFC 8288): `<address>; rel="next", …`. None of no links. */
export function linkHeader(links: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const parts = Object.entries(links).flatMap(([rel, url]) => (url === undefined ? [] : [`<${url}>; rel="${rel}"`]))
  return parts.length === 0 ? {} : { link: parts.join(', ') }
}

/**
 * A page by number and its links, as GitHub gives them: no header when all fits on one page, no `prev` and `first` on the
 * first page, no `next` and `last` on the last.
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export function linkedPage<T>(
  call: Call,
  items: readonly T[],
  size: { usual: number; most: number },
): { items: readonly T[]; headers: Record<string, string> } {
  const perPage = Math.max(1, count(call, 'per_page', size.usual, size.most))
  const page = Math.max(1, count(call, 'page', 1))
  const last = Math.max(1, Math.ceil(items.length / perPage))
  const at = (number: number): string => addressWith(call, { page: String(number), per_page: String(perPage) })
  const links = {
    prev: page > 1 ? at(Math.min(page - 1, last)) : undefined,
    next: call.repeats ? at(page) : page < last ? at(page + 1) : undefined,
    last: page < last ? at(last) : undefined,
    first: page > 1 ? at(1) : undefined,
  }
  return { items: items.slice((page - 1) * perPage, page * perPage), headers: linkHeader(links) }
}
