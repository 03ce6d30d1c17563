import type { Account, LogEvent } from './account.ts'
import type { Item } from './item.ts'
import { type Snapshot, sameValue } from './snapshot.ts'
import { full, type View } from './view.ts'

/** From when, included, until when, excluded; without an end it lasts. */
interface Period {
  from: Date
  until: Date | undefined
}

interface Version extends Period {
  item: Item
}

/** Questions to an account's log. A time beyond the account's present throws a RangeError. */
export interface Truth {
  /** Every item that is listed at `time`, in order of creation. */
  itemsAt(time: Date): Item[]
  /** The item as it is at `time`, listed or un-saved; `undefined` before its creation and after its deletion. */
  valueAt(id: number, time: Date): Item | undefined
  /** Whether the item is listed: created, and neither un-saved nor deleted. */
  presentAt(id: number, time: Date): boolean
  /** The values that the item went through, changes of the `ignored` fields left out. Each has its first value there. */
  versionsOf(id: number, ignored?: readonly (keyof Item)[]): Version[]
  /** When the item was listed. */
  presenceOf(id: number): Period[]
  snapshot(view: View, at: Date): Snapshot
  snapshots(view: View, times: readonly Date[]): Snapshot[]
  /** The first of the snapshots, taken through `view`, that shows the item. */
  firstSeenIn(times: readonly Date[], id: number, view?: View): Date | undefined
  /** Items listed at some moment up to the last snapshot that none of the snapshots shows. */
  missedBy(snapshots: readonly Snapshot[]): number[]
}

interface State {
  at: Date
  listed: boolean
  /** `undefined` once deleted. */
  item: Item | undefined
}

export function truthOf(account: Account): Truth {
  // Created items have rising ids, so the map is in order of id, too.
  const states = new Map<number, State[]>()
  let known = 0
  const learn = (): void => {
    for (const event of account.log.slice(known)) {
      const earlier = states.get(event.id) ?? []
      earlier.push(stateAfter(event, earlier.at(-1)))
      states.set(event.id, earlier)
    }
    known = account.log.length
  }
  const statesOf = (id: number): readonly State[] => {
    learn()
    return states.get(id) ?? []
  }
  const stateAt = (id: number, time: Date): State | undefined => {
    if (time > account.now) throw new RangeError(`the account has only come to ${account.now.toISOString()}`)
    return lastUntil(statesOf(id), time)
  }
  const itemsAt = (time: Date): Item[] => {
    learn()
    return [...states.keys()].flatMap((id) => {
      const state = stateAt(id, time)
      return state?.listed === true && state.item !== undefined ? [state.item] : []
    })
  }
  const snapshot = (view: View, at: Date): Snapshot => ({ at, view, items: view.show(itemsAt(at)) })
  const presenceOf = (id: number): Period[] =>
    periods(statesOf(id), (a, b) => a.listed === b.listed).filter((p) => p.state.listed)

  return {
    itemsAt,
    valueAt: (id, time) => stateAt(id, time)?.item,
    presentAt: (id, time) => stateAt(id, time)?.listed === true,
    versionsOf: (id, ignored = []) =>
      periods(statesOf(id), (a, b) => sameValue(a.item, b.item, ignored)).flatMap(({ state: { item }, ...period }) =>
        item === undefined ? [] : [{ ...period, item }],
      ),
    presenceOf: (id) => presenceOf(id).map(({ from, until }) => ({ from, until })),
    snapshot,
    snapshots: (view, times) => times.map((at) => snapshot(view, at)),
    firstSeenIn: (times, id, view = full()) =>
      times
        .toSorted((a, b) => a.getTime() - b.getTime())
        .find((at) => snapshot(view, at).items.some((item) => item.id === id)),
    missedBy(snapshots) {
      learn()
      const shown = new Set(snapshots.flatMap(({ items }) => items.map((item) => item.id)))
      const last = Math.max(...snapshots.map(({ at }) => at.getTime()))
      return [...states].flatMap(([id, [created]]) =>
        created !== undefined && created.at.getTime() <= last && !shown.has(id) ? [id] : [],
      )
    },
  }
}

function stateAfter({ at, kind, item }: LogEvent, before: State | undefined): State {
  if (kind === 'deleted') return { at, listed: false, item: undefined }
  if (kind === 'unsaved') return { at, listed: false, item }
  if (kind === 'created' || kind === 'saved') return { at, listed: true, item }
  return { at, listed: before?.listed === true, item }
}

/** The last state at or before `time`, by halving: an item may have thousands. */
function lastUntil(states: readonly State[], time: Date): State | undefined {
  let low = 0
  let high = states.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (states[middle]!.at <= time) low = middle + 1
    else high = middle
  }
  return states[low - 1]
}

/** Runs of states that are the same, each with its first one. */
function periods(states: readonly State[], same: (a: State, b: State) => boolean): (Period & { state: State })[] {
  const runs: (Period & { state: State })[] = []
  for (const state of states) {
    const run = runs.at(-1)
    if (run !== undefined && same(run.state, state)) continue
    if (run !== undefined) run.until = state.at
    runs.push({ from: state.at, until: undefined, state })
  }
  return runs
}
