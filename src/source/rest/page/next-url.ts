import { type ItemPath, valueAt } from '../../../system/item-path.ts'
import { type PageKind, followAddress, isNoMore, wrongPage } from './pager.ts'

/** The next page's address is in the body. */
export function nextUrlPages(config: { at: ItemPath }): PageKind {
  const { at } = config
  return {
    first: {},
    after(page) {
      const address = valueAt(at, page.body)
      if (isNoMore(address)) return { end: `the server names no next page at ${at.text}` }
      if (typeof address === 'string') return followAddress(address, page)
      throw wrongPage(`what is at ${at.text} is no address`, 'Set `at` of `page` to where the next address is.')
    },
  }
}
