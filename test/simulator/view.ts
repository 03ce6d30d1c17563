import type { Item } from './item.ts'

/** An account as a service shows it. `show` and `proves` know the items only, not how they came about. */
export interface View {
  /** What `parseView` reads: `full`, `newest:1000:created_at`, `since:2024-05-01T00:00:00Z`. */
  readonly name: string
  /** Where it shows so many items, there may be others; Infinity: it shows all. */
  readonly most: number
  /** Chooses and orders what is shown of the items that are listed. */
  show(listed: readonly Item[]): Item[]
  /** True when an item, known by its last value, would stand in `shown` if it were still listed. */
  proves(absent: Item, shown: readonly Item[]): boolean
}

/** Every listed item, the oldest first. */
export function full(): View {
  return { name: 'full', most: Infinity, show: (listed) => listed.toSorted((a, b) => a.id - b.id), proves: () => true }
}

/**
 * The newest `count` items, the newest first, as feeds and ring buffers show them.
 * @param most Whoever does not know that none of them are hidden takes fewer for as many as it can show.
 */
export function newest(count: number, by: 'created_at' | 'saved_at' = 'created_at', most = count): View {
  const newestFirst = (a: Item, b: Item): number => compare(b[by], a[by]) || b.id - a.id
  return {
    name: `newest:${count}:${by}`,
    most,
    show: (listed) => listed.toSorted(newestFirst).slice(0, count),
    proves: (absent, shown) => {
      const oldest = shown.at(-1)
      // At the border's own second an item may have been pushed out as well as taken away.
      return shown.length < most || (oldest !== undefined && absent[by] > oldest[by])
    },
  }
}

/** The items with `updated_at` at or after `cursor`, in the order of their change. It tells nothing of absent ones. */
export function since(cursor: string): View {
  return {
    name: `since:${cursor}`,
    most: Infinity,
    show: (listed) =>
      listed
        .filter((item) => item.updated_at >= cursor)
        .toSorted((a, b) => compare(a.updated_at, b.updated_at) || a.id - b.id),
    proves: () => false,
  }
}

/** Cuts what a view shows into pages of `size`; an empty list has no pages. */
export function pages<T>(shown: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(shown.length / size) }, (_, index) =>
    shown.slice(index * size, (index + 1) * size),
  )
}

/** Reads a view's name. @throws Error when it is none */
export function parseView(name: string): View {
  const [kind, ...rest] = name.split(':')
  if (kind === 'full') return full()
  if (kind === 'since') return since(rest.join(':'))
  if (kind === 'newest') {
    const [count, by = 'created_at'] = rest
    if (by === 'created_at' || by === 'saved_at') return newest(Number(count), by)
  }
  throw new Error(`no view is named "${name}"`)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
