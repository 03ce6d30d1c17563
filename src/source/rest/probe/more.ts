import type { Around } from './around.ts'

/** A flag that says whether there are more pages. */
export interface MoreFlag {
  path: string
  value: boolean
  /** True says that there is more, as `page.more` takes it; else true says that this is the end. */
  meansMore: boolean
}

const moreNames = new Set(
  'more,hasmore,hasnext,hasnextpage,hasmoreitems,moreitems,moreavailable,truncated,istruncated,nextpageexists,moreresults'.split(
    ',',
  ),
)
const endNames = new Set('last,islast,islastpage,lastpage,end,isend,done,finished,eof,complete'.split(','))

export function moreFlags(around: readonly Around[]): MoreFlag[] {
  return around.flatMap(({ path, plainName, value }) => {
    const meansMore = moreNames.has(plainName)
    return typeof value === 'boolean' && (meansMore || endNames.has(plainName)) ? [{ path, value, meansMore }] : []
  })
}
