import type { PageKind } from './pager.ts'
import { watchPositions } from './position.ts'

export interface NumberPages {
  param: string
  from: number
  size_param?: string | undefined
  size?: number | undefined
}

/** Pages are asked for by number. @param trustsLength A page shorter than `size` is the last one. */
export function numberPages(config: NumberPages, trustsLength: boolean): PageKind {
  const positions = watchPositions(trustsLength ? config.size : undefined, config.param)
  let number = config.from
  const request = () => ({ params: { ...sizeParams(config.size_param, config.size), [config.param]: number } })
  return {
    first: request(),
    after(page) {
      if (positions.isLast(page) && trustsLength) return { end: 'a page that is not full' }
      number++
      return { next: request(), mark: String(number) }
    },
  }
}

export function sizeParams(param: string | undefined, size: number | undefined): Record<string, number> {
  return param === undefined || size === undefined ? {} : { [param]: size }
}
