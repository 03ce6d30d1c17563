import type { SeenPage } from '../seen-page.ts'
import { totalOf } from './count.ts'
import type { PageSign } from './sign.ts'

/** A field that the page is sorted by: by its last value, one could go on, if the server takes it. */
export function lastItemSigns(page: SeenPage): PageSign[] {
  const sorted = page.cursors.filter(
    ({ order, missing }) => missing === 0 && (order === 'ascending' || order === 'descending'),
  )
  const [best] = [...sorted].sort((a, b) => Number(b.isUnique) - Number(a.isUnique))
  const total = totalOf(page)
  const goesOn = total === undefined ? undefined : total.count > page.records
  // A page that holds everything leads nowhere.
  if (best === undefined || goesOn === false) return []
  const inAll = total === undefined ? '' : `${total.path} is ${total.count}, and ${page.records} are here; `
  return [
    {
      kind: 'last-item',
      field: best.field,
      isParamSeen: false,
      ...(goesOn === undefined ? {} : { goesOn }),
      because: `${inAll}the page is sorted by ${best.field}, ${best.order}${best.isUnique ? '' : ', with ties'}`,
    },
  ]
}
