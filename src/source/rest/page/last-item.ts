import { isRounded, textOf } from '../key.ts'
import { type ItemPath, valueAt } from '../../../system/item-path.ts'
import { type PageKind, wrongPage } from './pager.ts'

export interface LastItemPages {
  field: ItemPath
  param: string
  bound: 'after' | 'from'
}

export interface LastItemOptions {
  keyOf(item: unknown): string | undefined
  /** How many items a full page has, if it is known. */
  size: number | undefined
}

/**
 * The next page is what lies after the last item of this one, by a field of it.
 *
 * Items that share a value (ties) may be cut in two by the end of a page. With `from` the server gives all of them again.
 * With `after` it would leave out the rest; so the value before theirs is asked for, and all of them come again.
 * An item counts as the one on the page before when its key and its value are: an edited one is new.
 */
export function lastItemPages(config: LastItemPages, options: LastItemOptions): PageKind {
  const { field, param } = config
  /** The items of the page before; those among them that must not come again; and what was asked for then. */
  let before: { all: Set<string>; passed: Set<string>; mark: string } | undefined
  let mayHaveSkipped = false
  let largest: number | undefined
  return {
    first: {},
    after({ items }) {
      if (items.length === 0) return { end: 'an empty page' }
      const keys = items.map((item) => options.keyOf(item) ?? JSON.stringify(item))
      const values = items.map((item) => textOf(valueAt(field, item)))
      const seen = keys.map((key, index) => JSON.stringify([key, values[index]]))
      if (before !== undefined && seen.every((item) => before!.all.has(item))) {
        if (seen.some((item) => before!.passed.has(item))) throw ignoresParam(param)
        // More ties may be behind a full page of them, where the server gives those that have the value, too.
        if (items.length > 1 && items.length >= (options.size ?? largest ?? 0)) throw noProgress(field)
        return { end: 'a page with nothing new' }
      }
      const last = values.at(-1)
      if (last === undefined) throw noValue(field, items.at(-1))
      const isWholeKey = keys.every((key, index) => key === values[index])
      const earlier = values.findLast((value) => value !== undefined && value !== last)
      if (
        mayHaveSkipped ||
        (earlier === undefined && isFull(items.length) && !(isWholeKey && config.bound === 'after'))
      ) {
        throw tooManyTies(field)
      }
      if (config.bound === 'from' && last === before?.mark) return { end: 'a page that ends where it begins' }
      const stepsBack = config.bound === 'after' && !isWholeKey
      // A page that is not full has all its ties, unless the server's own limit is lower: then more will come.
      mayHaveSkipped = stepsBack && earlier === undefined
      const mark = stepsBack ? (earlier ?? last) : last
      const passed = seen.filter((_, index) => values[index] !== last && values[index] !== mark)
      before = { all: new Set(seen), passed: new Set(passed), mark }
      largest = Math.max(largest ?? 0, items.length)
      const marked = valueAt(field, items[values.lastIndexOf(mark)])
      return { next: { params: { [param]: typeof marked === 'number' ? marked : mark } }, mark }
    },
  }

  /** May more items have been meant for a page of this length? Of the first, when `size` is not known, who knows. */
  function isFull(length: number): boolean {
    const limit = Math.min(options.size ?? Infinity, largest ?? Infinity)
    return limit === Infinity ? length > 1 : length >= limit
  }
}

function ignoresParam(param: string): Error {
  return wrongPage(
    `the server gives the same page again: it does not go by ${param}`,
    'Set `param` of `page` to what the server calls it.',
  )
}

function noProgress(field: ItemPath): Error {
  return wrongPage(
    'a full page has nothing new, so that what lies behind it cannot be had',
    `If the server gives records whose ${field.text} is the value sent, too: bound = "from" in \`page\`. Or ask for larger pages.`,
  )
}

function tooManyTies(field: ItemPath): Error {
  return wrongPage(
    `a whole page has the same ${field.text}, so that others with it may be cut off`,
    'Ask for larger pages, and name their size as `size` of `page`; or page by a field that no two items share.',
  )
}

function noValue(field: ItemPath, item: unknown): Error {
  return isRounded(valueAt(field, item))
    ? wrongPage(
        `${field.text} of a page's last item is a number that JSON cannot hold exactly`,
        'Page by a field that the server gives as text.',
      )
    : wrongPage(
        `the last item of a page has no ${field.text} to go on from`,
        'Set `field` of `page` to a field that each item has.',
      )
}
