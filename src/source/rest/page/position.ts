import { type PageSeen, wrongPage } from './pager.ts'

/** Judges pages that are asked for by their position, about which the server itself says nothing. */
export interface Positions {
  /** Is this the last page, going by its length? @throws UnsiloError when the server does not turn the page */
  isLast(page: PageSeen): boolean
}

// Between two requests, as many items may come in as a page holds, so that a page comes twice; hardly twice in a row.
const mostRepeats = 2

/** @param size How many items a page has; unknown, or not to be gone by: `undefined`. */
export function watchPositions(size: number | undefined, param: string): Positions {
  let largest = 0
  let before = ''
  let repeats = 0
  return {
    isLast(page) {
      const { items } = page
      const signature = items.length === 0 ? '' : JSON.stringify([items.length, items[0], items.at(-1)])
      repeats = signature !== '' && signature === before ? repeats + 1 : 0
      before = signature
      if (repeats >= mostRepeats) {
        throw wrongPage(
          `the server gives the same page again and again, whatever ${param} is`,
          'Set `param` of `page` to what the server calls it, or say with `more` or `size` how the last page is known.',
        )
      }
      const isShort = size !== undefined && items.length < size
      const isLast = items.length === 0 || (isShort && (items.length < largest || !mayBeCap(items.length)))
      largest = Math.max(largest, items.length)
      return isLast
    },
  }
}

/**
 * Servers give no more than so many items, however many are asked for, and do not say so. Such a limit is a round
 * number: a page of that length may be a full one.
 */
function mayBeCap(length: number): boolean {
  return length % 10 === 0 || length % 25 === 0 || (length >= 16 && Number.isInteger(Math.log2(length)))
}
