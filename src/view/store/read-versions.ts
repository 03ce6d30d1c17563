import type { ItemLog } from '../log/item-log.ts'
import type { Bounds, ParcelExtract } from '../log/parcel-record.ts'
import type { ParcelFacts } from '../merge.ts'
import { fieldsOf } from '../merge/drift.ts'
import { isFull } from '../merge/window.ts'
import type { OrderValue } from '../order.ts'
import { withStoreLock } from './store-lock.ts'
import { type StoreContext, type StoredView, withUpdatedLog } from './update.ts'
import type { UpdatedLog } from './update-log.ts'

/** An item as a parcel has it. */
export interface HeldVersion {
  key: string
  /** Hash of what counts as a change: the same in two parcels, the same version. */
  version: string
  /** The value of `window.by`. */
  order: OrderValue | undefined
}

/** What a view has of one parcel, without the items themselves. */
export interface ParcelVersions extends ParcelFacts {
  /** One for each key; can be gone through once or more. */
  versions: Iterable<HeldVersion>
  /** Items, files or rows that could not be read. */
  errors: number
  /** Items whose key came again later in the parcel. */
  duplicates: number
  /** The smallest and the largest value of `window.by`. */
  bounds: Bounds | undefined
  /** It shows as much as it can, so that other items may have been pushed out. */
  isFull: boolean
  /** Top-level fields with their JSON types. */
  fields: ReadonlyMap<string, ReadonlySet<string>>
}

/** The versions that each parcel of a view has, oldest parcel first. Only parcels that are not in the cache are read. */
export async function* readVersions(view: StoredView, context: StoreContext): AsyncGenerator<ParcelVersions> {
  // Without the lock: who goes through the parcels may ask for the view.
  const { log, state, close } = await withStoreLock(view.folder, context, () => openLog(view, context))
  try {
    for (const [index, { id, at, isEvidence }] of view.parcels.entries()) {
      const extract = log.extractOf(state.parcels[index]!)
      const { errors, duplicates, bounds, items, shapes } = extract
      yield {
        id,
        at,
        isEvidence,
        versions: { [Symbol.iterator]: () => versionsIn(log, extract) },
        errors: errors.length,
        duplicates,
        bounds,
        isFull: isFull(items.length + duplicates + errors.length, view.definition.window),
        fields: fieldsOf(shapes.map((shape) => log.texts.textOf(shape))),
      }
    }
  } finally {
    close()
  }
}

function openLog(view: StoredView, context: StoreContext): Promise<UpdatedLog> {
  return withUpdatedLog(view, context, (updated) => {
    updated.hold()
    return Promise.resolve(updated)
  })
}

function* versionsIn(log: ItemLog, { items }: ParcelExtract): Generator<HeldVersion> {
  for (const item of items) {
    yield { key: log.keyOf(item), version: log.table.versionOf(item), order: log.orderOf(item) }
  }
}
