import { linkTarget } from '../page/link-header.ts'
import { countOf } from './around.ts'
import type { SeenPage } from './seen-page.ts'
import { toldSize, totalOf } from './signs/count.ts'
import type { PageSign } from './signs/sign.ts'

/** How much the server shows, in a page and in all. */
export interface Extent {
  /** Records of this page, when it is a full one: there is more. */
  pageSize?: number
  /** What the server itself tells of the size of its pages. */
  toldSize?: { at: string; size: number }
  /** Records that the server shows in all; `isAtMost`: reckoned from its number of pages. */
  total?: { at: string; count: number; isAtMost: boolean }
  /** The newest so many are shown, if the total is as round as a limit that somebody has chosen. */
  window?: number
}

/** Limits that servers have been seen to choose. */
const usualWindows = [100, 200, 300, 400, 500, 800, 1000, 2000, 2500, 3000, 3200, 5000, 10_000, 50_000, 100_000]

export function extentOf(page: SeenPage, signs: readonly PageSign[]): Extent {
  const goesOn = signs.some((sign) => sign.goesOn === true)
  const told = toldSize(page)
  const total = totalOf(page)
  const lastNumber = lastLinkNumber(page.headers['link'] ?? '')
  const reckoned =
    total === undefined && lastNumber !== undefined && goesOn
      ? { at: 'the last page of the Link header', count: lastNumber * page.records, isAtMost: true }
      : undefined
  const all = total === undefined ? reckoned : { at: total.path, count: total.count, isAtMost: false }
  return {
    ...(goesOn && page.records > 0 ? { pageSize: page.records } : {}),
    ...(told === undefined ? {} : { toldSize: { at: told.path, size: told.count } }),
    ...(all === undefined ? {} : { total: all }),
    ...(all !== undefined && all.count > page.records && usualWindows.includes(all.count) ? { window: all.count } : {}),
  }
}

function lastLinkNumber(link: string): number | undefined {
  const last = linkTarget(link, 'last')
  return last === undefined ? undefined : countOf(new URLSearchParams(last.slice(last.indexOf('?') + 1)).get('page'))
}
