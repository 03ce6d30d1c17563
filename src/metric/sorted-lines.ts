import { type ParcelId, isParcelId } from '../parcel/id.ts'

// As `parseMetrics` takes lines apart: a quote makes it another matter.
const wholeLine = /[^,\r\n"]{18}(?:,[^\r\n"]*)?(?:\r?\n|$)/y

/** Lines that begin with parcel ids, each larger than the one before. */
export interface SortedLines {
  ids: readonly ParcelId[]
  /** Without its line break. */
  find(id: string): string | undefined
}

/**
 * Finds such lines in a text, and leaves them there: of years of metrics a handful is looked at, and to put all into a map takes
 * longer than all the rest.
 *
 * @param start Where the first begins.
 * @returns `undefined` when the text is not of that form
 */
export function sortedLines(text: string, start: number): SortedLines | undefined {
  const ids: ParcelId[] = []
  const starts: number[] = []
  let last = ''
  for (let at = start; at < text.length; at = wholeLine.lastIndex) {
    wholeLine.lastIndex = at
    if (!wholeLine.test(text)) return undefined
    const id = text.slice(at, at + 18)
    if (id <= last || !isParcelId(id)) return undefined
    ids.push(id)
    starts.push(at)
    last = id
  }
  return {
    ids,
    find(id) {
      const index = placeOf(ids, id)
      if (index === undefined) return undefined
      return text.slice(starts[index], starts[index + 1]).replace(/\r?\n$/, '')
    },
  }
}

function placeOf(ids: readonly ParcelId[], id: string): number | undefined {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return ids[low] === id ? low : undefined
}
