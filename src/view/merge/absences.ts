import { parcelTime } from '../../parcel/id.ts'
import type { ViewDefinition } from '../definition.ts'
import type { ItemLog } from '../log/item-log.ts'
import type { Bounds } from '../log/parcel-record.ts'
import { isAfter } from '../order.ts'
import { type MergeState, idOf } from './state.ts'
import { ListPlaces } from './list-places.ts'
import { column } from './tracks.ts'
import { provesAbsence } from './window.ts'

/** What a parcel can say of items that it does not show. */
export interface Look {
  parcel: number
  /** Numbers of the items that it shows. */
  items: Uint32Array
  isFull: boolean
  bounds: Bounds | undefined
  /** Items last seen before this parcel may be among those that could not be read. */
  readableFrom: number
}

const dayMs = 86_400_000

/** Finds the items that are gone. */
export class Absences {
  readonly #absent: ViewDefinition['absent']
  readonly #log: ItemLog
  readonly #state: MergeState
  /** Items that are not known to be gone. */
  #open: number[] = []
  /** Those of them that lie below all that the window shows: nothing can be said of them as long as it does not reach lower. */
  #resting: number[] = []
  /** Where nothing says how the items are ordered. */
  readonly #places: ListPlaces | undefined

  constructor({ absent, window }: ViewDefinition, log: ItemLog, state: MergeState) {
    this.#absent = absent
    this.#log = log
    this.#state = state
    this.#places = window !== 'all' && window.by === undefined ? new ListPlaces(log, state) : undefined
    const { tracks } = state
    for (let track = 0; track < tracks.size; track++) {
      if (tracks.get(track, column.absentSince) !== 0) continue
      if (tracks.get(track, column.resting) === 1) this.#resting.push(track)
      else this.#open.push(track)
    }
  }

  /** It is seen, for the first time or after it was gone. */
  open(track: number): void {
    this.#open.push(track)
  }

  /** One that lay below the window is seen again. @param lastSeen The parcel that had it before. */
  reopen(track: number, lastSeen: number, parcel: number): void {
    this.#places?.again(track, lastSeen, parcel)
    this.open(track)
  }

  /** @returns The items that are gone as of this parcel. Called after all items that it shows were seen. */
  look(look: Look): number[] {
    const { tracks } = this.#state
    this.#places?.look(look.parcel, look.items)
    this.#wake(look)
    const gone: number[] = []
    const open: number[] = []
    for (const track of this.#open) {
      const lastSeen = tracks.get(track, column.lastSeen)
      if (lastSeen === look.parcel || lastSeen < look.readableFrom) open.push(track)
      else if (!this.#isProven(track, look)) this.#rest(track)
      else if (this.#miss(track, look.parcel)) gone.push(track)
      else open.push(track)
    }
    this.#open = open
    return gone.sort((a, b) => a - b)
  }

  #isProven(track: number, { isFull, bounds }: Look): boolean {
    if (provesAbsence(isFull, bounds, this.#orderOf(track))) return true
    return this.#places?.wouldShow(track) === true
  }

  /** @returns Whether it is sure by now. */
  #miss(track: number, parcel: number): boolean {
    const { tracks, notes } = this.#state
    if (tracks.get(track, column.missingSince) === 0) tracks.set(track, column.missingSince, parcel + 1)
    const since = tracks.get(track, column.missingSince) - 1
    const count = tracks.get(track, column.missing) + 1
    tracks.set(track, column.missing, count)
    if (count < this.#absent.parcels) return false
    const days = (this.#timeOf(parcel) - this.#timeOf(since)) / dayMs
    if (days < this.#absent.days) return false
    tracks.set(track, column.absentSince, since + 1)
    notes.absent++
    return true
  }

  #rest(track: number): void {
    const { tracks, notes } = this.#state
    tracks.set(track, column.resting, 1)
    this.#resting.push(track)
    const order = this.#orderOf(track)
    if (order === undefined) return
    const kind = typeof order === 'number' ? 'number' : 'moment'
    const highest = notes.resting[kind]
    if (highest === undefined || isAfter(order, highest)) notes.resting[kind] = order
  }

  /** Lets those that lie below the window be looked at where it reaches lower than before. */
  #wake({ isFull, bounds }: Look): void {
    const { tracks, notes } = this.#state
    const { number, moment } = notes.resting
    const isLower = isAfter(number, bounds?.low) || isAfter(moment, bounds?.low)
    if (this.#resting.length === 0 || (isFull && !isLower && this.#places === undefined)) return
    const resting: number[] = []
    for (const track of this.#resting) {
      // One that was seen since is open already.
      if (tracks.get(track, column.resting) === 0) continue
      if (isFull && !isLower && !this.#places!.isAboveRisen(track)) {
        resting.push(track)
        continue
      }
      tracks.set(track, column.resting, 0)
      this.#open.push(track)
    }
    this.#resting = resting
    if (resting.length === 0) notes.resting = {}
  }

  #orderOf(track: number) {
    return this.#log.orderOf(this.#state.tracks.get(track, column.latest))
  }

  #timeOf(parcel: number): number {
    return parcelTime(idOf(this.#state, parcel)).getTime()
  }
}
