import type { AppendedBytes } from '../log/appended-bytes.ts'
import { readHistoryRows } from './history-rows.ts'

/** Two numbers below that, side by side, are exact in a double. */
const mostItems = 2 ** 26

/** Fields that differ between items, by an earlier history: to find them anew takes long. @returns Numbers of texts. */
export function changesIn(history: AppendedBytes): (before: number, item: number) => number | undefined {
  const known = new Map<number, number>()
  for (const { before, item, changed } of readHistoryRows(history)) {
    if (before === undefined || item === undefined || changed === undefined) continue
    if (before < mostItems && item < mostItems) known.set(before * mostItems + item, changed)
  }
  return (before, item) => (before < mostItems && item < mostItems ? known.get(before * mostItems + item) : undefined)
}
