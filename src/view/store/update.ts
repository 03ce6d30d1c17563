import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { replaceFile } from '../../system/replace-file.ts'
import type { System } from '../../system/system.ts'
import type { ViewDefinition } from '../definition.ts'
import { createMerge } from '../merge.ts'
import { openExtracts } from './extracts.ts'
import { stateOf } from './state.ts'
import {
  type ViewTables,
  freshFolder,
  openTables,
  placeTables,
  sealTables,
  tablesName,
  tidyTables,
} from './table-folder.ts'
import type { ViewParcel } from './view-parcel.ts'
import { writeTables } from './write-tables.ts'

/** A view, and the parcels that it is made of, oldest first. */
export interface StoredView {
  /** `.cache/views/NAME` of the dataset; it may be deleted at any time. */
  folder: string
  definition: ViewDefinition
  parcels: readonly ViewParcel[]
}

export interface StoreContext {
  system: System
  signal: AbortSignal
}

export interface UpdatedView extends ViewTables {
  /** Ids of the parcels that were read. */
  read: string[]
}

/** The tables of a view as it is now; `undefined` when they have to be made first. */
function currentTables({ folder, definition, parcels }: StoredView, { system }: StoreContext): ViewTables | undefined {
  return openTables(system.files, join(folder, 'tables', tablesName(definition, parcels)), definition.name)
}

/**
 * Brings the tables of a view up to date. Only parcels that are new are read; of the others there are extracts.
 * Two processes may do it at once: each writes beside what is there, and gives it its name when it is whole.
 *
 * @param isLatest False for the view as it was at another time: then nothing that belongs to the present one is removed.
 */
export async function updateView(view: StoredView, context: StoreContext, isLatest = true): Promise<UpdatedView> {
  const { folder, definition, parcels } = view
  const { files, clock } = context.system
  const tables = join(folder, 'tables')
  const name = tablesName(definition, parcels)
  const found = currentTables(view, context)
  if (found !== undefined) return { ...found, read: [] }

  const extractFolder = join(folder, 'extracts')
  files.makeFolder(extractFolder)
  const extracts = openExtracts(files, extractFolder, definition)
  const merge = createMerge(definition)
  for (const parcel of parcels) {
    if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    merge.add(parcel, await extracts.load(parcel))
  }
  const merged = merge.result()

  const fresh = freshFolder(files, tables)
  try {
    const { errors } = await writeTables(files, fresh, definition, merged, context.signal)
    await sealTables(files, fresh, definition.name, stateOf(merged, parcels, errors))
  } catch (error) {
    await files.remove(fresh).catch(() => undefined)
    throw error
  }
  await placeTables(files, fresh, join(tables, name), definition.name)
  if (isLatest) {
    await replaceFile(files, join(folder, 'current'), `tables/${name}\n`)
    await tidyTables(files, tables, name, clock.now())
    await extracts.tidy(parcels, clock.now())
  }
  const written = currentTables(view, context)
  if (written !== undefined) return { ...written, read: extracts.read }
  throw new UnsiloError('busy', `${tables} was changed while it was written`, { retryable: true })
}
