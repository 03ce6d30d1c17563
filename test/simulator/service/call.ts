import type { Item } from '../item.ts'
import type { Listing } from './listing.ts'
import type { LiveAccount } from './live-account.ts'
import type { OAuth } from './oauth.ts'
import type { Reply } from './reply.ts'
import type { StudyAccount } from './study-account.ts'

/** One request, on its way to the function that answers it. */
export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The parts of the path that the route's pattern names. */
  readonly params: Readonly<Record<string, string>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Where the service is, without a slash at the end. */
  readonly origin: string
  readonly account: LiveAccount
  readonly listing: Listing
  readonly study: StudyAccount
  readonly oauth: OAuth | undefined
  /** What this answer does to its list of items, by a fault. */
  readonly emptied: 'null' | 'absent' | 'empty' | undefined
  /** The token for the next page is the one that this page was asked for with, by a fault. */
  readonly repeats: boolean
}

export interface Route {
  /** `api.stream`, as in `github.issues`: how faults and the log name it. */
  readonly stream: string
  /** As in `GET /repos/{owner}/{repo}/issues`. */
  readonly pattern: string
  answer(call: Call): Reply
}

/** The items as the answer shows them: usually the list itself. */
export function shown(call: Call, items: readonly unknown[]): readonly unknown[] | null | undefined {
  if (call.emptied === undefined) return items
  return { null: null, absent: undefined, empty: [] }[call.emptied]
}

/** The token for the next page as the answer tells it. */
export function told<T>(call: Call, next: T, sent: T): T {
  return call.repeats ? sent : next
}

/** A whole number of the query, at most `most`. */
export function count(call: Call, name: string, usual: number, most = Infinity): number {
  const value = Number(call.query.get(name) ?? usual)
  return Number.isInteger(value) && value >= 0 ? Math.min(value, most) : usual
}

/** The address of this call with other parameters; `undefined` takes one away. */
export function addressWith(call: Call, changes: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(call.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name)
    else query.set(name, value)
  }
  return `${call.origin}${call.path}?${query.toString()}`
}

/** The comments of an item: none for one in four, and up to three. They depend on its id only. */
export function commentsOf(
  item: Item,
): { id: number; item_id: number; body: string; created_at: string; updated_at: string }[] {
  return Array.from({ length: item.id % 4 }, (_, index) => ({
    id: item.id * 10 + index,
    item_id: item.id,
    body: `Comment ${index + 1} on ${item.id}`,
    created_at: item.created_at,
    updated_at: item.created_at,
  }))
}
