import { sizeParams } from './number.ts'
import type { PageKind } from './pager.ts'
import { watchPositions } from './position.ts'

export interface OffsetPages {
  param: string
  limit_param?: string | undefined
  size?: number | undefined
}

/** Pages are asked for by how many items lie before them. @param trustsLength A page shorter than `size` is the last one. */
export function offsetPages(config: OffsetPages, trustsLength: boolean): PageKind {
  const positions = watchPositions(trustsLength ? config.size : undefined, config.param)
  let offset = 0
  const request = () => ({ params: { ...sizeParams(config.limit_param, config.size), [config.param]: offset } })
  return {
    first: request(),
    after(page) {
      if (positions.isLast(page) && trustsLength) return { end: 'a page that is not full' }
      // An empty page has no length to go by, and the same offset would only give it again.
      offset += page.items.length === 0 ? (config.size ?? 0) : page.items.length
      return { next: request(), mark: String(offset) }
    },
  }
}
