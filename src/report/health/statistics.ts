/** @param values At least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

/** A line through points that a few wild ones do not move, and how far the others are from it. */
export interface Trend {
  at(x: number): number
  /** Median of the distances from the line. */
  mad: number
}

/** The line of Theil and Sen: its slope is the median of those of all pairs. @param points At least one; each x once. */
export function trendOf(points: readonly { x: number; y: number }[]): Trend {
  const first = points[0]!.y
  if (points.every(({ y }) => y === first)) return { at: () => first, mad: 0 }
  const slopes: number[] = []
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) slopes.push((b.y - a.y) / (b.x - a.x))
  }
  const slope = median(slopes)
  const start = median(points.map(({ x, y }) => y - slope * x))
  const at = (x: number): number => start + slope * x
  return { at, mad: median(points.map(({ x, y }) => Math.abs(y - at(x)))) }
}
