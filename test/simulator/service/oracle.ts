import type { Account } from '../account.ts'
import type { Item } from '../item.ts'
import { sameValue } from '../snapshot.ts'
import { truthOf } from '../truth.ts'
import { type Selection, selectFrom } from './listing.ts'

/** What changed in a while. Ids only: the values are the truth's. */
interface Changes {
  created: Set<number>
  /** With a new `updated_at`. */
  edited: Set<number>
  /** The score only. */
  scored: Set<number>
  /** Deleted or un-saved: not on the lists any more. */
  removed: Set<number>
  /** Saved again: on the lists again. */
  returned: Set<number>
}

/** Questions about a stream to an account's log. Times are the account's own; both ends count. */
export interface Oracle {
  /** What the stream would show at a time. */
  shownAt(time: Date, selection?: Partial<Selection>): Item[]
  changedBetween(from: Date, to: Date): Changes
  /** Items listed all the time and with one value: any complete export in that time has to hold them, as they are here. */
  steadyThroughout(from: Date, to: Date, ignored?: readonly (keyof Item)[]): Item[]
  /** Ids of items listed all the time, be they edited or not: any complete export in that time has to hold some value of theirs. */
  listedThroughout(from: Date, to: Date): Set<number>
  /** Every value that an item had in that time: an export may hold no other. */
  valuesWithin(id: number, from: Date, to: Date): Item[]
}

export function oracleOf(account: Account): Oracle {
  const truth = truthOf(account)
  const eventsIn = (from: Date, to: Date) => account.log.filter(({ at }) => at >= from && at <= to)
  const listedThroughout = (from: Date, to: Date): Item[] => {
    const left = new Set(
      eventsIn(from, to).flatMap(({ kind, id }) => (kind === 'unsaved' || kind === 'deleted' ? [id] : [])),
    )
    return truth.itemsAt(from).filter(({ id }) => !left.has(id))
  }
  return {
    shownAt: (time, selection) => selectFrom(truth.itemsAt(time), { by: 'id', direction: 'asc', ...selection }),
    changedBetween(from, to) {
      const changes: Changes = {
        created: new Set(),
        edited: new Set(),
        scored: new Set(),
        removed: new Set(),
        returned: new Set(),
      }
      const setOf = {
        created: changes.created,
        edited: changes.edited,
        scored: changes.scored,
        deleted: changes.removed,
        unsaved: changes.removed,
        saved: changes.returned,
      }
      for (const { kind, id } of eventsIn(from, to)) setOf[kind].add(id)
      return changes
    },
    steadyThroughout(from, to, ignored = []) {
      const changed = new Set(
        eventsIn(from, to).flatMap(({ id, item }) => (sameValue(truth.valueAt(id, from), item, ignored) ? [] : [id])),
      )
      return listedThroughout(from, to).filter(({ id }) => !changed.has(id))
    },
    listedThroughout: (from, to) => new Set(listedThroughout(from, to).map(({ id }) => id)),
    valuesWithin: (id, from, to) =>
      truth.versionsOf(id).flatMap((version) => {
        const isOver = version.until !== undefined && version.until <= from
        return version.from <= to && !isOver ? [version.item] : []
      }),
  }
}
