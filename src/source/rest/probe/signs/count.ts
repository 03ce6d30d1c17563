import { type Around, countOf } from '../around.ts'
import type { SeenPage } from '../seen-page.ts'
import type { PageSign } from './sign.ts'

const pageNames = ['page', 'currentpage', 'pagenumber', 'pageno', 'pageindex']
const pagesNames = ['totalpages', 'pages', 'pagecount', 'lastpage', 'numpages', 'pagestotal', 'maxpage']
const offsetNames = ['offset', 'skip', 'start', 'startat', 'startindex', 'from']
const sizeNames = ['limit', 'perpage', 'pagesize', 'size', 'maxresults', 'itemsperpage', 'count', 'rows']
const totalNames = [
  'total',
  'totalcount',
  'totalresults',
  'totalitems',
  'totalrecords',
  'totalhits',
  'numfound',
  'count',
]

interface Count {
  path: string
  name: string
  count: number
}

/** Numbers of pages, in the body (`@attr.totalPages`) or in headers (`X-Total-Pages`; WordPress has it without `X-WP-` too). */
export function numberSigns(page: SeenPage): PageSign[] {
  const pages = firstOf(page.around, pagesNames) ?? headerCount(page, ['x-total-pages', 'x-wp-totalpages', 'x-pages'])
  const at = firstOf(page.around, pageNames) ?? headerCount(page, ['x-page', 'x-current-page'])
  const next = firstOf(page.around, ['nextpage'])
  const signs = [at, pages, next].filter((sign) => sign !== undefined)
  if (pages === undefined && next === undefined && at === undefined) return []
  const number = at?.count
  const goesOn = pages === undefined ? (next === undefined ? undefined : true) : pages.count > Math.max(1, number ?? 1)
  return [
    {
      kind: 'number',
      // Most servers are asked for a page in the words in which they tell it.
      param: at === undefined || at.path.startsWith('x-') ? 'page' : at.name,
      isParamSeen: false,
      ...(number === 0 ? { from: 0 } : {}),
      ...(goesOn === undefined ? {} : { goesOn }),
      because: signs.map(({ path, count }) => `${path} is ${count}`).join(', '),
    },
  ]
}

/** Where the page begins, and how many there are in all. */
export function offsetSigns(page: SeenPage): PageSign[] {
  const offset = firstOf(page.around, offsetNames)
  const size = firstOf(page.around, sizeNames)
  const total = totalOf(page)
  if (offset === undefined || (size === undefined && total === undefined)) return []
  const goesOn = total === undefined ? undefined : offset.count + page.records < total.count
  return [
    {
      kind: 'offset',
      param: offset.name,
      isParamSeen: false,
      ...(goesOn === undefined ? {} : { goesOn }),
      because: [offset, size, total]
        .filter((sign) => sign !== undefined)
        .map(({ path, count }) => `${path} is ${count}`)
        .join(', '),
    },
  ]
}

/** How many records the server says that it has; a count of this page alone is none. */
export function totalOf(page: SeenPage): Count | undefined {
  const inBody = firstOf(page.around, totalNames, ({ count }) => count >= page.records && page.records > 0)
  return (
    inBody ?? headerCount(page, ['x-total', 'x-total-count', 'x-wp-total', 'total-count', 'x-pagination-total-count'])
  )
}

/** The size of a page that the server tells. */
export function toldSize(page: SeenPage): Count | undefined {
  return firstOf(page.around, sizeNames.slice(0, 6)) ?? headerCount(page, ['x-per-page', 'x-page-size', 'x-limit'])
}

function firstOf(
  around: readonly Around[],
  names: readonly string[],
  isRight: (count: Count) => boolean = () => true,
): Count | undefined {
  for (const wanted of names) {
    for (const { path, name, plainName, value } of around) {
      const count = plainName === wanted ? countOf(value) : undefined
      if (count !== undefined && isRight({ path, name, count })) return { path, name, count }
    }
  }
  return undefined
}

function headerCount({ headers }: SeenPage, names: readonly string[]): Count | undefined {
  for (const name of names) {
    const count = countOf(headers[name]?.trim())
    if (count !== undefined) return { path: name, name, count }
  }
  return undefined
}
