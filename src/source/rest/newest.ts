import { type Mark, compareMarks, readMark } from './cursor/mark.ts'
import type { StreamState } from './state.ts'
import type { StreamConfig } from './stream.ts'

/** The largest value of each stream's cursor, else of its `high_water`, over all groups; streams without either are left out. */
export function newestOf(
  states: readonly (readonly [stream: string, state: StreamState])[],
  streams: readonly StreamConfig[],
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, { cursors, marks }] of states) {
    const { cursor } = streams.find((stream) => stream.name === name) ?? {}
    const read = (text: string): Mark | undefined =>
      cursor === undefined ? (readMark('number', text) ?? readMark('text', text)) : readMark(cursor.as, text)
    const largest = Object.values((cursor === undefined ? marks : cursors) ?? {})
      .flatMap((text) => read(text) ?? [])
      .reduce<Mark | undefined>((a, b) => (a === undefined || compareMarks(b, a) > 0 ? b : a), undefined)
    if (largest !== undefined) found[name] = largest.text
  }
  return found
}
