import { expectUnsiloError } from '../../../../errors.ts'
import { keyOf } from '../../key.ts'
import { type PageSeen, type Pager, openPager } from '../../page.ts'
import { pageSize } from '../../pages.ts'
import type { StreamConfig } from '../../stream.ts'
import type { Look } from '../look.ts'
import { whyMore } from '../why-more.ts'
import type { Comparison } from './comparison.ts'

/** Holds `page` against what the page says of the next one, by letting the configured pager go on from it. */
export function comparePages(stream: StreamConfig, page: PageSeen, seen: Look): Comparison[] {
  const { kind } = stream.page
  const [sign] = seen.signs
  const why = whyMore(seen)
  const goesOn = why !== undefined
  const says = (status: Comparison['status'], message: string): Comparison[] => [{ key: 'page', status, message }]
  if (kind === 'none') {
    if (goesOn) return says('missing', `there is a next page (${why}), and nothing is set to get it`)
    return !stream.saysPage && sign !== undefined && sign.goesOn !== false
      ? says('unseen', `no page is set, and this answer does not say that there is only one (${sign.because})`)
      : []
  }
  const size = pageSize(stream)
  let step: ReturnType<Pager['after']>
  try {
    const keys = stream.key ?? []
    const pager = openPager(stream.page, { keyOf: (item) => keyOf(item, keys), hasKey: keys.length > 0, size })
    step = pager.after(page)
  } catch (error) {
    return says('differs', expectUnsiloError(error).message)
  }
  const sizes = compareSize(size, goesOn, seen)
  if ('end' in step) {
    if (goesOn)
      return [...says('differs', `kind = "${kind}" would end here (${step.end}), but there is more: ${why}`), ...sizes]
    const isShown = sign?.kind === kind
    return [...says(isShown ? 'fits' : 'unseen', `kind = "${kind}" ends here: ${step.end}`), ...sizes]
  }
  if (sign?.goesOn === false && sign.kind !== kind) {
    return [...says('unseen', `kind = "${kind}" would go on, though ${sign.because}`), ...sizes]
  }
  const isSeen = sign?.kind === kind || goesOn
  return [...says(isSeen ? 'fits' : 'unseen', `kind = "${kind}" goes on from this page`), ...sizes]
}

/** A server that gives fewer than it is asked for ends a stream too early where a short page is taken for the last one. */
function compareSize(asked: number | undefined, goesOn: boolean, { records }: Look): Comparison[] {
  const { length } = records
  if (asked === undefined || length === 0 || (length <= asked && !(length < asked && goesOn))) return []
  const limit = length < asked ? ', although there is more: it may be all that the server gives' : ''
  const message = `${asked} records a page are asked for, and ${length} came${limit}`
  return [{ key: 'size', status: 'differs', message }]
}
