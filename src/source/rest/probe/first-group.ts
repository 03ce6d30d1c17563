import { groupsOf } from '../groups.ts'
import { type ExchangeLine, journalName } from '../journal.ts'
import { parsePath } from '../../../system/item-path.ts'
import type { ExchangeFolder } from '../reader.ts'
import type { StreamConfig } from '../stream.ts'

/** The page of a parent stream that was probed. */
export interface ParentPage {
  stream: StreamConfig
  /** The fields of its own parents that it was asked for with. */
  group: Readonly<Record<string, unknown>>
  body: Uint8Array
  /** Where its records are, if it does not say so itself. */
  items: string | undefined
}

/** The first group of a child stream: of the first record that its `where` lets through; `undefined`: there is none. */
export async function firstGroup(
  stream: StreamConfig,
  parent: ParentPage,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const own = parent.stream.items
  const items = parent.items === undefined || parent.items === own?.text ? own : parsePath(parent.items)
  for await (const group of groupsOf(stream, { ...parent.stream, items }, inMemory(parent))) return group
  return undefined
}

/** One exchange, as a parcel would hold it. */
function inMemory({ stream, group, body }: ParentPage): ExchangeFolder {
  const line: Partial<ExchangeLine> = { stream: stream.name, for: group, body: 'body' }
  return {
    async *read() {
      yield body
    },
    readText: (path) => (path === journalName ? `${JSON.stringify(line)}\n` : undefined),
  }
}
