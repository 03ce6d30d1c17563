import type { Group } from './groups.ts'
import { groupKey } from './state.ts'
import type { StreamConfig } from './stream.ts'

/** Tells a record from all others of its stream, those of other groups too. */
export function recordId(stream: StreamConfig, group: Group, key: string): string {
  return `${groupKey(stream, group)}\n${key}`
}
