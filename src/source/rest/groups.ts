import type { ExchangeLine } from './journal.ts'
import { type ExchangeFolder, readPages, scopeOf } from './reader.ts'
import { parsePath, valueAt } from '../../system/item-path.ts'
import { groupKey } from './state.ts'
import type { StreamConfig } from './stream.ts'

/** Fields of the parent records that a request is made for, by their dotted names. */
export type Group = Readonly<Record<string, unknown>>

/** A stream's groups, from the pages of its parent that a parcel holds. A stream without a parent has one group. */
export async function* groupsOf(
  stream: StreamConfig,
  parent: StreamConfig | undefined,
  folder: ExchangeFolder,
): AsyncGenerator<Group> {
  if (parent === undefined) yield {}
  else yield* childGroups(stream, readPages(folder, parent))
}

/**
 * Yields, for each record of the parent stream that `where` lets through, the fields that the child's requests are made
 * from; each group once.
 */
export async function* childGroups(
  stream: StreamConfig,
  parentPages: AsyncIterable<{ line: Pick<ExchangeLine, 'for'>; items: readonly unknown[] }>,
): AsyncGenerator<Group> {
  const { alias, where } = stream.each!
  const seen = new Set<string>()
  const paths = stream.keptNames.map((name) => ({ name, path: parsePath(name) }))
  for await (const { line, items } of parentPages) {
    for (const item of items) {
      const scope: Record<string, unknown> = { ...scopeOf(item, line.for), [alias]: item }
      if (where?.matches(scope) === false) continue
      const group: Record<string, unknown> = {}
      for (const { name, path } of paths) {
        const value = valueAt(path, scope)
        if (value !== undefined) group[name] = value
      }
      const key = groupKey(stream, group)
      if (seen.has(key)) continue
      seen.add(key)
      yield group
    }
  }
}
