import type { PageConfig } from '../../page.ts'

/** Something in an answer from which a way to the next page follows. */
export interface PageSign {
  kind: Exclude<PageConfig['kind'], 'none'>
  at?: string
  header?: string
  field?: string
  /** The number of the first page. */
  from?: number
  /** What the next page is asked for with: seen, or as other servers call it; missing when there is not even a custom. */
  param?: string
  /** Does the answer show the parameter? `true` for kinds that need none. */
  isParamSeen: boolean
  /** Does the answer say that there is a next page? Missing when it does not say. */
  goesOn?: boolean
  /** What was seen, as a sentence without its end. */
  because: string
}
