import { expectUnsiloError } from '../errors.ts'
import type { DrainedRecord } from '../ledger/event.ts'
import type { RestClient } from '../source/rest/client.ts'
import { type Deletion, deletionsOf } from '../source/rest/deletion.ts'
import { keyOf } from '../source/rest/key.ts'
import { openLook } from '../source/rest/look.ts'
import { scopeOf } from '../source/rest/reader.ts'
import { recordId } from '../source/rest/record-id.ts'
import type { StreamConfig } from '../source/rest/stream.ts'
import type { DrainPast } from './drain-ledger.ts'
import type { DrainSetup } from './drain-setup.ts'

/** A record that the server shows. */
export interface ShownRecord extends DrainedRecord {
  /** See `recordHash`; empty when the record came twice, with different values. */
  sha256: string
  /** `undefined` when it is not to be deleted. */
  deletion: Deletion | undefined
}

export interface Shown {
  /** Those that are to be deleted, and those that an earlier drain has worked on, by `recordId`. */
  records: Map<string, ShownRecord>
  /** All that have a key, by `recordId`. */
  named: Map<string, DrainedRecord>
  /** A request that would delete two records, of which at least one is to be deleted. */
  shared: Deletion | undefined
  /** All records, whether they are to be deleted or not. */
  count: number
  /** Records that are not to be deleted, and why. */
  unwanted: { where: number; keyless: number; unnamed: number }
  /** What is not among the records is not on the server any more. */
  isWhole: boolean
  /** When the look began. */
  at: Date
}

/** Looks at everything that the server shows of the drained stream now. */
export async function lookAround(
  { source, stream, drain }: DrainSetup,
  { client, past, at }: { client: RestClient; past: DrainPast; at: Date },
): Promise<Shown> {
  const look = openLook(source, stream, client)
  const shown: Shown = {
    records: new Map(),
    named: new Map(),
    shared: undefined,
    count: 0,
    unwanted: { where: 0, keyless: 0, unnamed: 0 },
    isWhole: false,
    at,
  }
  const requests = new Map<string, Requested>()
  for await (const { group, items, hashes } of look.pages()) {
    const inGroup = namedGroup(stream, group)
    const deletionOf = deletionsOf(source, stream, group)
    for (const [index, item] of items.entries()) {
      shown.count += 1
      const key = keyOf(item, stream.key ?? [])
      if (key === undefined) {
        shown.unwanted.keyless += 1
        continue
      }
      const isWanted = drain.where?.matches(scopeOf(item, group)) !== false
      const request = orNothing(() => deletionOf(item))
      const deletion = isWanted ? request : undefined
      if (deletion === undefined) shown.unwanted[isWanted ? 'unnamed' : 'where'] += 1
      const id = recordId(stream, group, key)
      shown.named.set(id, { key, ...inGroup })
      if (request !== undefined && isShared(requests, request, { id, isWanted })) shown.shared ??= request
      if (deletion === undefined && !past.open.has(id) && !past.done.has(id)) continue
      addRecord(shown.records, id, { key, ...inGroup, sha256: hashes[index] ?? '', deletion })
    }
  }
  shown.isWhole = look.isWhole
  return shown
}

interface Requested {
  /** See `recordId`. */
  id: string
  isWanted: boolean
}

/** Whether the request stands for another record, too, so that one cannot be deleted without the other. */
function isShared(requests: Map<string, Requested>, { url, headers }: Deletion, record: Requested): boolean {
  const text = JSON.stringify([url, headers])
  const other = requests.get(text)
  if (other === undefined) requests.set(text, record)
  if (other === undefined || other.id === record.id) return false
  other.isWanted ||= record.isWanted
  return other.isWanted
}

/** A list that changes while it is read may show a record twice. */
function addRecord(records: Map<string, ShownRecord>, id: string, record: ShownRecord): void {
  const known = records.get(id)
  if (known === undefined) records.set(id, record)
  else if (known.sha256 !== record.sha256) known.sha256 = ''
}

function namedGroup({ groupNames }: StreamConfig, group: Readonly<Record<string, unknown>>): Pick<ShownRecord, 'for'> {
  if (groupNames.length === 0) return {}
  return { for: Object.fromEntries(groupNames.map((name) => [name, group[name] ?? null])) }
}

/** A record whose fields do not make an address stays, and is counted. */
function orNothing<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    expectUnsiloError(error)
    return undefined
  }
}
