import type { Random } from './random.ts'

/** A set of ids that a random one can be drawn from in constant time. */
export interface Pool {
  readonly size: number
  has(id: number): boolean
  add(id: number): void
  remove(id: number): void
  /** Draws an id, newer ones (higher ids) rather than older. The pool must not be empty. */
  draw(random: Random): number
}

export function createPool(): Pool {
  const ids: number[] = []
  const places = new Map<number, number>()
  return {
    get size() {
      return ids.length
    },
    has: (id) => places.has(id),
    add(id) {
      places.set(id, ids.length)
      ids.push(id)
    },
    remove(id) {
      const place = places.get(id)
      const last = ids.pop()
      if (place === undefined || last === undefined) throw new Error(`${id} is not in the pool`)
      places.delete(id)
      if (last === id) return
      ids[place] = last
      places.set(last, place)
    },
    draw: (random) => Math.max(random.pick(ids), random.pick(ids)),
  }
}
