import type { ViewDefinition } from '../definition.ts'
import type { Extract } from '../extract.ts'
import { type OrderValue, isAfter } from '../order.ts'

/** What a parcel could show. */
export interface Range {
  parcel: string
  at: Date
  /** The items that it shows. */
  keys: ReadonlySet<string>
  bounds: Extract['bounds']
  isFull: boolean
}

export interface Gap {
  /** Parcel ids. */
  after: string
  before: string
  hours: number
}

/** How far the interval between parcels is from a gap. */
export interface Headroom {
  /** Share of the window that was new in the latest parcel, and at most in one of the recent ones; 1: nothing overlapped. */
  turnover: number
  mostTurnover: number
  /** The longest interval that would still overlap, at the average rate of the recent parcels; Infinity: nothing came. */
  longestHours: number
}

/** Between two neighbouring parcels. */
export interface Step {
  hours: number
  /** New items, as a share of the window; 1 where nothing overlaps. */
  turnover: number
}

const hourMs = 3_600_000

/** Whether a parcel shows as much as it can, so that other items may have been pushed out. */
export function isFull({ items, duplicates, errors }: Extract, window: ViewDefinition['window']): boolean {
  return window !== 'all' && items.size + duplicates + errors.length >= window.newest
}

/** Whether an item that the parcel does not show would be there if it still existed. */
export function provesAbsence(isFull: boolean, bounds: Extract['bounds'], order: OrderValue | undefined): boolean {
  // At the border itself an item may have been pushed out as well as taken away.
  return !isFull || isAfter(order, bounds?.low)
}

/** The gap between two neighbouring parcels whose windows do not overlap. */
export function gapBetween(earlier: Range, later: Range): Gap | undefined {
  if (overlaps(earlier, later)) return undefined
  return { after: earlier.parcel, before: later.parcel, hours: hoursBetween(earlier, later) }
}

function overlaps(earlier: Range, later: Range): boolean {
  if (!later.isFull || isAfter(earlier.bounds?.high, later.bounds?.low)) return true
  for (const key of earlier.keys) if (later.keys.has(key)) return true
  return false
}

export function stepBetween(earlier: Range, later: Extract, at: Date, newest: number, isGap: boolean): Step {
  const hours = (at.getTime() - earlier.at.getTime()) / hourMs
  if (isGap) return { hours, turnover: 1 }
  let arrived = 0
  // What is older than all that was shown before was there before, only further down.
  for (const { key, order } of later.items.values()) {
    if (!earlier.keys.has(key) && !isAfter(earlier.bounds?.low, order)) arrived++
  }
  return { hours, turnover: Math.min(1, arrived / newest) }
}

/** @param steps Between the recent parcels, the latest last. */
export function headroomOf(steps: readonly Step[]): Headroom | undefined {
  const last = steps.at(-1)
  if (last === undefined) return undefined
  const hours = steps.reduce((sum, step) => sum + step.hours, 0)
  const turnover = steps.reduce((sum, step) => sum + step.turnover, 0)
  return {
    turnover: last.turnover,
    mostTurnover: Math.max(...steps.map((step) => step.turnover)),
    longestHours: turnover === 0 ? Infinity : hours / turnover,
  }
}

function hoursBetween(earlier: Range, later: Range): number {
  return (later.at.getTime() - earlier.at.getTime()) / hourMs
}
