import { type ItemPath, itemsAt, parsePath } from '../../../system/item-path.ts'
import { aroundRecords } from './around.ts'
import { type CursorCandidate, cursorsOf } from './cursors.ts'
import { type Extent, extentOf } from './extent.ts'
import { type Field, fieldsOf } from './fields.ts'
import { type KeyCandidate, keysOf, roundedFields } from './keys.ts'
import { type FoundList, listsOf, mayBeRecords } from './lists.ts'
import { type MoreFlag, moreFlags } from './more.ts'
import { pageSigns } from './pages.ts'
import type { PageSign } from './signs/sign.ts'

/** One page of a stream. */
export interface Page {
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: unknown
}

/** All that a page shows. */
export interface Look {
  /** The likeliest first. */
  lists: FoundList[]
  /** Where the records that the rest is about are, as `items` says it; `undefined`: there are none. */
  at: { path: string | undefined } | undefined
  records: readonly unknown[]
  fields: Field[]
  keys: KeyCandidate[]
  /** Fields that hold larger numbers than JSON can. */
  rounded: string[]
  cursors: CursorCandidate[]
  signs: PageSign[]
  more: MoreFlag[]
  extent: Extent
}

/** Looks into a page. @param items Where the configuration says that the records are; what leads nowhere is passed over. */
export function look(page: Page, items?: ItemPath): Look {
  const lists = listsOf(page.body).filter(mayBeRecords)
  const isConfigured = items !== undefined && itemsAt(items, page.body).found === 'items'
  const at = isConfigured ? { path: items.text } : lists[0] === undefined ? undefined : { path: lists[0].path }
  const path = isConfigured ? items : at?.path === undefined ? undefined : parsePath(at.path)
  const records = at === undefined ? [] : itemsAt(path, page.body).items
  const fields = fieldsOf(records)
  const cursors = cursorsOf(fields)
  const around = aroundRecords(page.body)
  const seen = { headers: page.headers, around, records: records.length, cursors }
  const signs = pageSigns(seen)
  return {
    lists,
    at,
    records,
    fields,
    keys: keysOf(fields),
    rounded: roundedFields(fields),
    cursors,
    signs,
    more: moreFlags(around),
    extent: extentOf(seen, signs),
  }
}
