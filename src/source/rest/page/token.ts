import { isRounded, textOf } from '../key.ts'
import { type ItemPath, valueAt } from '../../../system/item-path.ts'
import { type PageKind, isNoMore, wrongPage } from './pager.ts'

/** A token in the body asks for the next page. */
export function tokenPages(config: { at: ItemPath; param: string }): PageKind {
  const { at, param } = config
  return {
    first: {},
    after(page) {
      const value = valueAt(at, page.body)
      if (isNoMore(value)) return { end: `the server gives no token at ${at.text}` }
      const token = value === true ? undefined : textOf(value)
      if (token !== undefined)
        return { next: { params: { [param]: typeof value === 'number' ? value : token } }, mark: token }
      throw isRounded(value)
        ? wrongPage(
            `the token at ${at.text} is a number that JSON cannot hold exactly`,
            'Ask the server for it as text, if it has a field or a setting for that.',
          )
        : wrongPage(
            `what is at ${at.text} is no token: neither text nor a number`,
            'Set `at` of `page` to where it is.',
          )
    },
  }
}

/** A token in a header asks for the next page. */
export function headerTokenPages(config: { header: string; param: string }): PageKind {
  const { header, param } = config
  return {
    first: {},
    after(page) {
      const token = page.headers[header.toLowerCase()]?.trim() ?? ''
      return token === ''
        ? { end: `the server gives no token in its header ${header}` }
        : { next: { params: { [param]: token } }, mark: token }
    },
  }
}
