import type { ViewDefinition } from '../definition.ts'
import type { Bounds } from '../log/parcel-record.ts'
import { type OrderValue, isAfter } from '../order.ts'

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
  /**
   * The longest interval that would still overlap, at the average rate of the recent parcels that overlap, and none that was too
   * long; Infinity: nothing came.
   */
  longestHours: number
}

/** Between two neighbouring parcels. */
export interface Step {
  hours: number
  /** New items, as a share of the window; 1 where nothing overlaps. */
  turnover: number
}

/** Services count items that they hide, as deleted ones, so a list that is cut off may be a few items shorter than its limit. */
const hiddenShare = 0.05

/** From so many items on, a list of the newest may be cut off. */
export function fullFrom(newest: number): number {
  return newest - Math.floor(newest * hiddenShare)
}

/**
 * Whether a parcel shows as much as it can, so that other items may have been pushed out.
 *
 * @param shown Items that stand there, those that come twice or cannot be read too.
 */
export function isFull(shown: number, window: ViewDefinition['window']): boolean {
  return window !== 'all' && shown >= fullFrom(window.newest)
}

/** Whether an item that the parcel does not show would be there if it still existed. */
export function provesAbsence(isFull: boolean, bounds: Bounds | undefined, order: OrderValue | undefined): boolean {
  // At the border itself an item may have been pushed out as well as taken away.
  return !isFull || isAfter(order, bounds?.low)
}

/** @param steps Between the recent parcels, the latest last. */
export function headroomOf(steps: readonly Step[]): Headroom | undefined {
  const last = steps.at(-1)
  if (last === undefined) return undefined
  const overlapping = steps.filter(({ turnover }) => turnover < 1)
  const tooLong = steps.filter(({ turnover }) => turnover === 1).map(({ hours }) => hours)
  const hours = overlapping.reduce((sum, step) => sum + step.hours, 0)
  const turnover = overlapping.reduce((sum, step) => sum + step.turnover, 0)
  return {
    turnover: last.turnover,
    mostTurnover: Math.max(...steps.map((step) => step.turnover)),
    longestHours: Math.min(turnover === 0 ? Infinity : hours / turnover, ...tooLong),
  }
}
