import type { ItemSource } from '../extract.ts'
import type { Found, FoundItem } from '../item.ts'
import type { KnownItems } from './json/known-items.ts'

/** Of items that look alike in the bytes that are sampled, so many are compared. */
const mostAlike = 4
const sampledBytes = 24

/**
 * Finds known items among what was found, where its reader does not know them by itself, as that of JSON does: they become runs
 * of one. Every item has a place afterwards.
 */
export async function* knownAgain(items: ItemSource, known: KnownItems): AsyncGenerator<readonly Found[]> {
  let samples: Samples | undefined
  const located = (found: Found): Found => {
    if ('problem' in found || 'count' in found || found.place !== undefined) return found
    samples ??= new Samples(known)
    return samples.locate(found)
  }
  for await (const found of items) {
    if ('length' in found) yield found.every(isLocated) ? found : found.map(located)
    else yield [located(found)]
  }
}

function isLocated(found: Found): boolean {
  return 'problem' in found || found.place !== undefined
}

/** Places of known items, by what is sampled of them. */
class Samples {
  readonly #known: KnownItems
  readonly #places = new Map<number, number[]>()

  constructor(known: KnownItems) {
    this.#known = known
    for (let place = 0; place < known.size; place++) {
      const sample = sampleOf(known.at(place))
      const alike = this.#places.get(sample)
      if (alike === undefined) this.#places.set(sample, [place])
      else if (alike.length < mostAlike) alike.push(place)
    }
  }

  /** It stays as it is, too, where too many look like it. */
  locate(found: FoundItem): Found {
    const { json, ...rest } = found
    const first = this.#places.get(sampleOf(json))?.find((place) => this.#known.at(place).equals(json))
    if (first === undefined) return { ...found, place: this.#known.note(json, -1) }
    return { ...rest, first, count: 1, place: this.#known.noteKnown(first) }
  }
}

/** A number from the length and bytes spread over the whole. */
function sampleOf(json: Uint8Array): number {
  const { length } = json
  let sample = length
  for (let part = 1; part <= sampledBytes; part++) {
    sample = (Math.imul(sample, 31) + json[Math.floor((length * part) / (sampledBytes + 1))]!) | 0
  }
  return sample
}
