import { Numbers } from '../log/numbers.ts'

/** What is known of an item, by its place in a row. Items and keys are their numbers in the log; parcels are numbered in their order. */
export const column = {
  key: 0,
  /** The item when first and when last seen. */
  first: 1,
  latest: 2,
  /** Parcels. */
  firstSeen: 3,
  lastSeen: 4,
  /** A parcel and 1; 0: it is there, or not known to be gone. */
  absentSince: 5,
  /** How many versions there were; one that came again counts again. */
  versions: 6,
  /** The first of the evidence parcels in a row that lack it, and 1; 0: none. And how many there are. */
  missingSince: 7,
  missing: 8,
  /** 1: it lies below all that the window shows. */
  resting: 9,
} as const

type Column = (typeof column)[keyof typeof column]

const named = Object.keys(column).length

/** All items that were ever seen, in the order of their first sighting, each as a row of numbers: there may be millions. */
export class Tracks {
  /** Behind the named numbers of a row, for each column that prefers it, the item with its first value that is not empty, and 1. */
  readonly #width: number
  #rows: Uint32Array
  #size: number
  /** By the number of a key, the track and 1; made when it is needed first. */
  #ofKey: Numbers | undefined

  /** @param nonEmpty How many columns prefer the first value that is not empty. */
  constructor(nonEmpty: number, rows: Uint32Array = new Uint32Array(0)) {
    this.#width = named + nonEmpty
    this.#rows = rows
    this.#size = rows.length / this.#width
  }

  get size(): number {
    return this.#size
  }

  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#size * this.#width)
  }

  get(track: number, place: Column): number {
    return this.#rows[track * this.#width + place]!
  }

  set(track: number, place: Column, value: number): void {
    this.#rows[track * this.#width + place] = value
  }

  /** The item with the first value that is not empty. */
  nonEmpty(track: number, place: number): number | undefined {
    const item = this.#rows[track * this.#width + named + place]!
    return item === 0 ? undefined : item - 1
  }

  setNonEmpty(track: number, place: number, item: number): void {
    this.#rows[track * this.#width + named + place] = item + 1
  }

  /** The track of a key; -1 when there is none. */
  find(key: number): number {
    this.#ofKey ??= this.#tracksByKey()
    return this.#ofKey.get(key) - 1
  }

  add(key: number, item: number, parcel: number): number {
    this.#ofKey ??= this.#tracksByKey()
    const track = this.#size++
    if (this.#size * this.#width > this.#rows.length) {
      const larger = new Uint32Array(Math.max(this.#size * 2, 1024) * this.#width)
      larger.set(this.#rows)
      this.#rows = larger
    }
    this.set(track, column.key, key)
    this.set(track, column.first, item)
    this.set(track, column.latest, item)
    this.set(track, column.firstSeen, parcel)
    this.set(track, column.lastSeen, parcel)
    this.set(track, column.versions, 1)
    this.#ofKey.set(key, track + 1)
    return track
  }

  #tracksByKey(): Numbers {
    const tracks = new Numbers()
    for (let track = 0; track < this.#size; track++) tracks.set(this.get(track, column.key), track + 1)
    return tracks
  }
}
