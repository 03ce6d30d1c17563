import type { ExtractedItem } from '../extract.ts'

/** Of items that look alike in the bytes that are sampled, so many are compared. */
const mostAlike = 4

/** Items of the parcel before, to be found by their bytes. */
export interface KnownItems {
  /** The item with exactly these bytes. Quick for items that come in the same order as there. */
  find(json: Uint8Array): ExtractedItem | undefined
}

export function knownItems(items: Iterable<ExtractedItem>): KnownItems {
  const list = [...items]
  let bySample: Map<number, ExtractedItem[]> | undefined
  let places: Map<ExtractedItem, number> | undefined
  let next = 0

  const search = (json: Uint8Array): ExtractedItem | undefined => {
    bySample ??= groupBySample(list)
    return bySample.get(sampleOf(json))?.find((item) => isSame(item.json, json))
  }
  return {
    find(json) {
      const expected = list[next]
      if (expected !== undefined && isSame(expected.json, json)) {
        next++
        return expected
      }
      const found = search(json)
      if (found === undefined) return undefined
      places ??= new Map(list.map((item, index) => [item, index]))
      next = places.get(found)! + 1
      return found
    },
  }
}

function groupBySample(list: readonly ExtractedItem[]): Map<number, ExtractedItem[]> {
  const groups = new Map<number, ExtractedItem[]>()
  for (const item of list) {
    const sample = sampleOf(item.json)
    const group = groups.get(sample)
    if (group === undefined) groups.set(sample, [item])
    else if (group.length < mostAlike) group.push(item)
  }
  return groups
}

/** A number from the length and 32 bytes spread over the whole. */
function sampleOf(json: Uint8Array): number {
  const { length } = json
  let sample = length
  for (let part = 1; part <= 32; part++) {
    sample = (Math.imul(sample, 31) + json[Math.floor((length * part) / 33)]!) | 0
  }
  return sample
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0)
}
