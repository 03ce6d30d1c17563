import { linkTarget } from './link-header.ts'
import { type PageKind, followAddress } from './pager.ts'

/** The next page's address is in the `Link` header, with the relation "next" (RFC 8288). */
export function linkPages(): PageKind {
  return {
    first: {},
    after(page) {
      const address = linkTarget(page.headers['link'] ?? '', 'next')
      return address === undefined || address === ''
        ? { end: 'the server names no next page in its Link header' }
        : followAddress(address, page)
    },
  }
}
