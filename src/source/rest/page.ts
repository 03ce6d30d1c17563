import * as z from 'zod'
import { expectItems } from './page/expect-items.ts'
import { lastItemPages } from './page/last-item.ts'
import { linkPages } from './page/link.ts'
import { nextUrlPages } from './page/next-url.ts'
import { numberPages } from './page/number.ts'
import { offsetPages } from './page/offset.ts'
import { type PageKind, type Pager, inCircles } from './page/pager.ts'
import { headerTokenPages, tokenPages } from './page/token.ts'
import { fieldText, valueAt } from '../../system/item-path.ts'

export type { PageRequest, PageSeen, Pager } from './page/pager.ts'

const name = z.string().min(1)

const common = {
  more: fieldText
    .optional()
    .describe('Where the body says that there is more; missing, null, false, 0 or "" there ends the stream.'),
  empty: z
    .enum(['stop', 'continue'])
    .optional()
    .describe(
      'What an empty page means: the end ("stop"), or nothing ("continue": servers that filter after they count). Default: the end, which is not complete when the server names a next page.',
    ),
  max: z.int().min(1).optional().describe('Most pages to ask for; a stream that reaches it is not complete.'),
}

const size = z.int().min(1).optional()
const pageSize = size.describe('How many items a full page has; a shorter page is the last one.')

const sizeNeeded = { error: 'is needed to send it', path: ['size'] }
const moreNeeded = {
  error: 'is needed with empty = "continue": nothing else would tell the last page',
  path: ['more'],
}

/** `page`: how a stream goes from one page to the next. */
export const pageConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('link').describe('The next address is in the Link header, with rel="next".'),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('next-url').describe('The next address is in the body.'),
    at: fieldText.describe('Where in the body the next address is.'),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('token').describe('A token in the body asks for the next page.'),
    at: fieldText.describe('Where in the body the token is.'),
    param: name.describe('The parameter that it is sent as.'),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('header-token').describe('A token in a header asks for the next page.'),
    header: name.describe('The header that the token is in.'),
    param: name.describe('The parameter that it is sent as.'),
    ...common,
  }),
  z
    .strictObject({
      kind: z.literal('number').describe('Pages have numbers.'),
      param: name.default('page').describe('The parameter for the number.'),
      from: z.int().min(0).default(1).describe('The number of the first page.'),
      size_param: name.optional().describe('The parameter that `size` is sent as.'),
      size: pageSize,
      ...common,
    })
    .refine((page) => page.size_param === undefined || page.size !== undefined, sizeNeeded)
    .refine((page) => page.empty !== 'continue' || page.more !== undefined, moreNeeded),
  z
    .strictObject({
      kind: z.literal('offset').describe('A page begins after so many items.'),
      param: name.default('offset').describe('The parameter for the number of items before the page.'),
      limit_param: name.optional().describe('The parameter that `size` is sent as.'),
      size: pageSize,
      ...common,
    })
    .refine((page) => page.limit_param === undefined || page.size !== undefined, sizeNeeded)
    .refine((page) => page.empty !== 'continue' || page.more !== undefined, moreNeeded),
  z.strictObject({
    kind: z.literal('last-item').describe('A page begins after the last item of the page before.'),
    field: fieldText.describe('The field of an item that the pages are sorted by.'),
    param: name.describe('The parameter that the last item’s value is sent as.'),
    bound: z
      .enum(['after', 'from'])
      .default('after')
      .describe('What the server gives: only what lies after the value, or the items that have it, too ("from").'),
    size: size.describe('How many items a full page has; needed only when a whole page may share one value.'),
    ...common,
  }),
  z.strictObject({ kind: z.literal('none').describe('There is one page.'), ...common }),
])
export type PageConfig = z.output<typeof pageConfig>

export interface PagerOptions {
  keyOf(item: unknown): string | undefined
  /** Does the stream name a key? Without one, whole items are compared. */
  hasKey: boolean
  /** How many items a full page has, if that is known: `pageSizeOf`. */
  size?: number | undefined
}

/**
 * Starts at the first page. The same pages lead to the same steps, so that a run that broke off can be taken up again
 * by showing the pages that were got.
 */
export function openPager(config: PageConfig, options: PagerOptions): Pager {
  const kind = kindOf(config, options)
  const { max } = config
  const marks = new Set<string>()
  let pages = 0
  return {
    first: kind.first,
    after(page) {
      pages++
      if (pages === 1) expectItems(page)
      const more = config.more === undefined ? undefined : Boolean(valueAt(config.more, page.body))
      // Only the server's own word is taken against what a page looks like.
      const end = (reason: string) =>
        more === true
          ? { end: `${reason}, although ${config.more!.text} says that there is more`, complete: false }
          : { end: reason, complete: true }
      if (more === false)
        return { end: `the server says at ${config.more!.text} that there is no more`, complete: true }
      if (page.items.length === 0 && config.empty === 'stop') return end('an empty page')
      const step = kind.after(page)
      if (page.items.length === 0 && config.empty === undefined) {
        const isTold = 'next' in step && tellingKinds.has(config.kind)
        return isTold
          ? { end: 'an empty page, although the server names a next one', complete: false }
          : end('an empty page')
      }
      if ('end' in step) return end(step.end)
      if (marks.has(step.mark)) throw inCircles()
      marks.add(step.mark)
      if (pages === max) {
        return { end: `stopped at max = ${max} page${max === 1 ? '' : 's'}`, complete: false, isMeant: true }
      }
      return { next: step.next }
    },
  }
}

/** Kinds in which the server itself says where the next page is. */
export const tellingKinds: ReadonlySet<PageConfig['kind']> = new Set(['link', 'next-url', 'token', 'header-token'])

function kindOf(config: PageConfig, options: PagerOptions): PageKind {
  switch (config.kind) {
    case 'link':
      return linkPages()
    case 'next-url':
      return nextUrlPages(config)
    case 'token':
      return tokenPages(config)
    case 'header-token':
      return headerTokenPages(config)
    case 'number':
      return numberPages(config, config.more === undefined)
    case 'offset':
      return offsetPages(config, config.more === undefined)
    case 'last-item':
      return lastItemPages(config, {
        keyOf: (item) => (options.hasKey ? options.keyOf(item) : undefined),
        size: config.size ?? options.size,
      })
    case 'none':
      return { first: {}, after: () => ({ end: 'there is one page' }) }
  }
}

const sizeNames = ['per_page', 'limit', 'page_size', 'pageSize', 'size', 'count', 'results']

/** How many items a full page has, if the configuration tells: by `size`, or a param of one of the usual names. */
export function pageSizeOf(config: PageConfig, params: Readonly<Record<string, unknown>>): number | undefined {
  if ('size' in config && config.size !== undefined) return config.size
  const param = sizeNames.find((name) => Object.hasOwn(params, name) && /^[1-9]\d*$/.test(String(params[name])))
  return param === undefined ? undefined : Number(params[param])
}
