import type { CursorConfig } from '../cursor.ts'
import { valueAt } from '../../../system/item-path.ts'
import { type Mark, compareMarks, isAfter, markAt, readMark } from './mark.ts'

/** Finds up to where a stream has been read. */
export interface HighWater {
  see(item: unknown): void
  /** How many values were no time, or no number, and were passed over; missing and null ones are not counted. */
  readonly unreadable: number
  /**
   * Where the next export begins: the largest value seen, or the mark before if that is larger; but never after the run's
   * start less `overlap`, which also takes back a mark that a wrong clock has put too far.
   *
   * @param capMs The run's start by the server's clock or ours, the earlier, in ms. It does not count for numbers and texts.
   */
  result(capMs: number): string | undefined
}

/** @param previous The mark before, as `result` gave it; one that is none of this kind is forgotten. */
export function createHighWater(cursor: Pick<CursorConfig, 'as' | 'field' | 'overlap'>, previous?: string): HighWater {
  const { as, field, overlap } = cursor
  let largest: Mark | undefined = readMark(as, previous)
  let unreadable = 0
  return {
    see(item) {
      const value = valueAt(field, item) ?? null
      if (value === null) return
      const mark = readMark(as, value)
      if (mark === undefined) unreadable++
      else if (largest === undefined || compareMarks(mark, largest) > 0) largest = mark
    },
    get unreadable() {
      return unreadable
    },
    result(capMs) {
      if (largest === undefined || as === 'number' || as === 'text') return largest?.text
      const highest = capMs - overlap
      return isAfter(as, largest, highest) ? markAt(as, highest, largest).text : largest.text
    },
  }
}
