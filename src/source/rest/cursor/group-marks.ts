import type { HighWaterConfig } from '../cursor.ts'
import { textOf } from '../key.ts'
import { valueAt } from '../../../system/item-path.ts'
import { type Mark, compareMarks, readMark } from './mark.ts'

/** The largest value of each group, as text; the one group of a stream without `per` is "". */
export type GroupMarks = Readonly<Record<string, string>>

/** Finds the largest value of a field in each group of records. */
export interface GroupMarker {
  /** @param scope Where `per` is looked up first, such as the parents of a child stream. */
  see(item: unknown, scope?: unknown): void
  result(): GroupMarks
  /** Is the record at or below the earlier mark of its group? Not if either is not known. */
  belowMark(previous: GroupMarks, item: unknown, scope?: unknown): boolean
}

/** @param previous Earlier marks, which are kept for groups in which nothing larger is seen. */
export function createGroupMarks(config: HighWaterConfig, previous: GroupMarks = {}): GroupMarker {
  const { field, per } = config
  const marks = new Map<string, Mark>()
  for (const [group, text] of Object.entries(previous)) {
    const mark = readId(text)
    if (mark !== undefined) marks.set(group, mark)
  }
  const groupOf = (item: unknown, scope: unknown): string =>
    per === undefined ? '' : (textOf(valueAt(per, scope) ?? valueAt(per, item)) ?? '')
  return {
    see(item, scope) {
      const mark = readId(valueAt(field, item))
      if (mark === undefined) return
      const group = groupOf(item, scope)
      const largest = marks.get(group)
      if (largest === undefined || compareMarks(mark, largest) > 0) marks.set(group, mark)
    },
    result: () => Object.fromEntries([...marks].map(([group, mark]) => [group, mark.text])),
    belowMark(earlier, item, scope) {
      const group = groupOf(item, scope)
      const mark = Object.hasOwn(earlier, group) ? readId(earlier[group]) : undefined
      const own = readId(valueAt(field, item))
      return mark !== undefined && own !== undefined && compareMarks(own, mark) <= 0
    },
  }
}

/** A number, also one written as text; else a text. */
function readId(value: unknown): Mark | undefined {
  return readMark('number', value) ?? readMark('text', value)
}
