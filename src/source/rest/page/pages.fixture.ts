import type * as z from 'zod'
import { keyOf } from '../key.ts'
import { type PageRequest, type PageSeen, type Pager, openPager, pageConfig } from '../page.ts'
import { parsePath } from '../../../system/item-path.ts'

export const address = 'https://api.example/items?state=all'

/** A page as it was got; of an `undefined` body, the items are missing. */
export function seen(items: readonly unknown[] | undefined, rest: Partial<PageSeen> = {}): PageSeen {
  const found = items === undefined ? 'missing' : 'items'
  return { url: address, headers: {}, body: { items }, items: items ?? [], found, ...rest }
}

export function openPages(config: z.input<typeof pageConfig>, hasKey = true, size?: number): Pager {
  const paths = [parsePath('id')]
  return openPager(pageConfig.parse(config), { keyOf: (item) => keyOf(item, paths), hasKey, size })
}

export interface Walked {
  items: unknown[]
  requests: PageRequest[]
  end: { end: string; complete: boolean }
}

/** Asks a server for page after page. */
export function walk(pager: Pager, serve: (request: PageRequest) => PageSeen, most = 1000): Walked {
  const walked: Walked = { items: [], requests: [], end: { end: 'too many requests', complete: false } }
  let request = pager.first
  while (walked.requests.length < most) {
    walked.requests.push(request)
    const page = serve(request)
    walked.items.push(...page.items)
    const step = pager.after(page)
    if ('end' in step) return { ...walked, end: step }
    request = step.next
  }
  return walked
}
