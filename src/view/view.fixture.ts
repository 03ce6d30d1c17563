import { parsePath } from '../system/item-path.ts'
import type { ViewDefinition } from './definition.ts'
import { type ItemSource, extractParcel } from './extract.ts'
import { ItemsBefore } from './extract/items-before.ts'
import { type ReadItem, createItemReader } from './extract/read-item.ts'
import { KnownItems } from './input/json/known-items.ts'
import { knownAgain } from './input/known-again.ts'
import type { BadItem, FoundItem } from './item.ts'
import { ItemLog } from './log/item-log.ts'
import type { ParcelExtract } from './log/parcel-record.ts'
import { type Drift, type Gap, type Headroom, type HistoryRow, type MergedItem, createMerge, rowsOf } from './merge.ts'
import { fieldsOf, vanishedFields } from './merge/drift.ts'
import type { MergeState } from './merge/state.ts'
import { headroomOf } from './merge/window.ts'

const none = {
  items: undefined,
  stream: undefined,
  table: undefined,
  sql: undefined,
  element: undefined,
  files: undefined,
  feed: undefined,
  columns: undefined,
  checks: {},
  decrypt: [],
}

/** A view of items with an `id`, of which each parcel shows all. */
export function viewOf(changes: Partial<ViewDefinition> = {}): ViewDefinition {
  const absent = { mark: true, parcels: 1, days: 0 }
  const key = [parsePath('id')]
  return { ...none, name: 'items', key, pick: 'latest', prefer: {}, ignore: [], window: 'all', absent, ...changes }
}

export const pathsOf = (...texts: string[]) => texts.map(parsePath)

export const found = (text: string | Uint8Array): FoundItem => ({ json: Buffer.from(text), file: '' })

/** What a log has of a parcel, to look at. */
export interface Extract extends Omit<ParcelExtract, 'items' | 'shapes'> {
  /** By key. */
  items: Map<string, ReadItem & { number: number }>
  fields: Map<string, Set<string>>
  log: ItemLog
  raw: ParcelExtract
}

/** @param previous The parcel before: both are in one log then. */
export async function extractFrom(
  items: ItemSource,
  view: ViewDefinition = viewOf(),
  previous?: Extract,
): Promise<Extract> {
  const log = previous?.log ?? new ItemLog()
  const earlier = previous?.raw.items ?? new Uint32Array(0)
  const known = KnownItems.of([...earlier].map((item) => log.jsonOf(item).slice()))
  const raw = await extractParcel(knownAgain(items, known), {
    log,
    readItem: createItemReader(view),
    before: new ItemsBefore(log, earlier),
  })
  const { items: numbers, shapes, ...rest } = raw
  const read = [...numbers].map((number) => ({
    number,
    key: log.keyOf(number),
    version: log.table.versionOf(number),
    json: log.jsonOf(number),
    order: log.orderOf(number),
    shape: log.texts.textOf(log.table.shapeOf(number)),
  }))
  const fields = fieldsOf(shapes.map((shape) => log.texts.textOf(shape)))
  return { ...rest, items: new Map(read.map((item) => [item.key, item])), fields, log, raw }
}

/** @param items JSON texts, or values. */
export function extractOf(items: readonly unknown[], view?: ViewDefinition, previous?: Extract): Promise<Extract> {
  return extractFrom(items.map(textOf).map(found), view, previous)
}

export const textOf = (item: unknown): string => (typeof item === 'string' ? item : JSON.stringify(item))

/** A parcel's id, and what is found in it. */
export interface TestParcel {
  id: string
  at: Date
  isEvidence: boolean
  found: readonly (FoundItem | BadItem)[]
}

/** Parcels of a view, read into a log in memory. */
export class TestLog {
  readonly log = new ItemLog()
  readonly #view: ViewDefinition
  readonly #numbers = new Map<string, number>()
  #before: ItemsBefore
  #known = new KnownItems()

  constructor(view: ViewDefinition) {
    this.#view = view
    this.#before = new ItemsBefore(this.log, new Uint32Array(0))
  }

  async read(parcels: readonly TestParcel[]): Promise<this> {
    const { log } = this
    for (const { id, found: items } of parcels) {
      const extract = await extractParcel(knownAgain(items, this.#known), {
        log,
        readItem: createItemReader(this.#view),
        before: this.#before,
      })
      this.#numbers.set(id, log.addParcel(id, '', extract))
      this.#before = this.#before.next()
      this.#known = this.#known.next()
    }
    return this
  }

  merge(parcels: readonly TestParcel[], from?: MergeState): MergeState {
    const merge = createMerge(this.#view, this.log, { from })
    for (const parcel of parcels) merge.add(parcel, this.#numbers.get(parcel.id)!)
    return merge.state
  }

  /** All that a merge says. */
  merged(state: MergeState): TestMerged {
    const { items, history, errors } = rowsOf(this.#view, this.log, state)
    const { gaps, drift, duplicates, steps, fields, unread } = state.notes
    return {
      items: [...items],
      history: [...history],
      errors: [...errors],
      gaps,
      headroom: headroomOf(steps),
      drift: [...drift, ...vanishedFields(new Map(fields))],
      duplicates,
      unread,
    }
  }
}

export interface TestMerged {
  items: MergedItem[]
  history: HistoryRow[]
  errors: (BadItem & { parcel: string })[]
  gaps: Gap[]
  headroom: Headroom | undefined
  drift: Drift[]
  duplicates: number
  unread: MergeState['notes']['unread']
}
