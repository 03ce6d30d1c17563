import { linkTarget } from '../../page/link-header.ts'
import type { SeenPage } from '../seen-page.ts'
import type { PageSign } from './sign.ts'

/** The `Link` header (RFC 8288). One without "next" is that of a last page, or of the only one. */
export function linkSigns({ headers }: SeenPage): PageSign[] {
  const link = headers['link'] ?? ''
  const relations = ['next', 'prev', 'first', 'last'].filter((relation) => linkTarget(link, relation) !== undefined)
  if (relations.length === 0) return []
  const goesOn = relations[0] === 'next'
  const because = goesOn
    ? 'the Link header names the next page'
    : `the Link header names ${relations.join(', ')}, and no next page`
  return [{ kind: 'link', isParamSeen: true, goesOn, because }]
}

const nextNames = new Set(
  'next,nexturl,nextlink,nexthref,nextpage,nextpageurl,nextpagelink,nexturi,odatanextlink,nextrecordsurl'.split(','),
)

/** An address in a field with such a name, or below one: `links.next`, `_links.next.href`. */
export function nextUrlSigns({ around }: SeenPage): PageSign[] {
  return around.flatMap(({ path, plainName, value }): PageSign[] => {
    const isNamedSo = nextNames.has(plainName) || (/^(?:href|url)$/.test(plainName) && /\bnext[.\]"]/i.test(path))
    if (!isNamedSo) return []
    const shared = { kind: 'next-url' as const, at: path, isParamSeen: true }
    if (typeof value === 'string' && /^https?:\/\/|^[/?]/i.test(value)) {
      const kind = /^https?:/i.test(value) ? 'an address' : 'a relative address'
      return [{ ...shared, goesOn: true, because: `${path} holds ${kind}` }]
    }
    const isEnd = (value === null || value === '') && plainName !== 'nextpage'
    return isEnd ? [{ ...shared, goesOn: false, because: `${path} is empty, which ends a list` }] : []
  })
}
