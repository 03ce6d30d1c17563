import { dirname, join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { replaceFile } from '../../system/replace-file.ts'
import type { System } from '../../system/system.ts'
import type { AheadOptions } from '../ahead/reader-ahead.ts'
import type { ViewDefinition } from '../definition.ts'
import { warmEngine } from '../duckdb.ts'
import { StoreDamage } from '../log/damage.ts'
import { type MergeState, createMerge, rowsOf } from '../merge.ts'
import { chainOf, mergeFingerprint } from './chain.ts'
import { logFolderName, readNotes } from './log-folder.ts'
import { type ViewState, stateOf } from './state.ts'
import { withStoreLock } from './store-lock.ts'
import {
  type ViewTables,
  freshFolder,
  openTables,
  placeHistory,
  placeTables,
  sealTables,
  tablesName,
  tidyTables,
} from './table-folder.ts'
import { type UpdatedLog, updateLog } from './update-log.ts'
import type { ViewParcel } from './view-parcel.ts'
import { writeHistory, writeTables } from './write-tables.ts'

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
  /** When another thread reads parcels, and what it runs. */
  ahead?: Omit<AheadOptions, 'signal'> | undefined
  /** Called while another thread starts. */
  meanwhile?: (() => void) | undefined
}

export interface UpdatedView extends ViewTables {
  /** Ids of the parcels that were read. */
  read: string[]
}

/** The tables of a view as it is now; `undefined` when they have to be made first. */
function currentTables(
  { folder, definition, parcels }: StoredView,
  { system }: StoreContext,
  name: string = tablesName(definition, parcels),
): ViewTables | undefined {
  return openTables(system.files, join(folder, 'tables', name), definition.name)
}

interface UpdateOptions {
  /** Makes the tables of these parcels only, as if there were no others; the present tables stay beside them. */
  isShown?: ((parcel: ViewParcel) => boolean) | undefined
  /** Default: true. Without it the table of the history may be left for whoever asks for it. */
  withHistory?: boolean | undefined
}

/**
 * Brings the tables of a view up to date. Only parcels that are new are read. A second process that wants the same waits, and finds
 * it done.
 */
export async function updateView(
  view: StoredView,
  context: StoreContext,
  { isShown = () => true, withHistory = true }: UpdateOptions = {},
): Promise<UpdatedView> {
  const shown = { ...view, parcels: view.parcels.filter(isShown) }
  const name = tablesName(view.definition, shown.parcels)
  const isEnough = (found: ViewTables | undefined): found is ViewTables =>
    found !== undefined && (found.hasHistory || !withHistory)
  const found = currentTables(shown, context, name)
  if (isEnough(found)) return { ...found, read: [] }
  return withStoreLock(view.folder, context, async () => {
    const foundNow = currentTables(shown, context, name)
    if (isEnough(foundNow)) return { ...foundNow, read: [] }
    return withUpdatedLog(view, { ...context, meanwhile: warmEngine }, async (updated) => {
      const isLatest = shown.parcels.length === view.parcels.length
      const state = isLatest ? updated.state : mergeOf(view, updated, isShown)
      const made = { ...updated, state }
      if (foundNow === undefined) await makeTables(shown, context, made, { name, withHistory })
      else await makeHistory(shown, context, made, foundNow)
      if (isLatest) {
        await replaceFile(context.system.files, join(view.folder, 'current'), `tables/${name}\n`)
        await tidyTables(context.system.files, join(view.folder, 'tables'), name, context.system.clock.now())
      }
      const written = currentTables(shown, context, name)
      updated.close()
      if (written !== undefined) return { ...written, read: updated.read }
      throw new UnsiloError('busy', `${view.folder} was changed while it was written`, { retryable: true })
    })
  })
}

/**
 * What there is to say of a view as a whole, up to date; its tables are left as they are. `errors` has values that are not of their
 * column's type only where the tables are up to date, too.
 */
export async function updateViewState(view: StoredView, context: StoreContext): Promise<ViewState> {
  const { folder, definition, parcels } = view
  const tables = currentTables(view, context)
  if (tables !== undefined) return tables.state
  const find = (): ViewState | undefined => {
    const stored = readNotes(context.system.files, join(folder, logFolderName(definition)))
    if (stored?.head.merge !== mergeFingerprint(definition) || stored.head.chain !== chainOf(parcels)) return undefined
    return stateOf(stored)
  }
  const found = find()
  if (found !== undefined) return found
  return withStoreLock(folder, context, async () => find() ?? (await withUpdatedLog(view, context, readState)))
}

function readState({ state, close }: UpdatedLog): Promise<ViewState> {
  close()
  return Promise.resolve(stateOf(state))
}

/**
 * Opens the log of a view, up to date, and does something with it. What is stored and damaged is made anew. To be called with the
 * lock. The log is left open for `action` to close, unless that fails.
 */
export async function withUpdatedLog<T>(
  view: StoredView,
  context: StoreContext,
  action: (updated: UpdatedLog) => Promise<T>,
): Promise<T> {
  const { files } = context.system
  const name = logFolderName(view.definition)
  const folder = join(view.folder, name)
  await removeOtherLogs(view.folder, name, context)
  for (let isAnew = false; ; isAnew = true) {
    let updated: UpdatedLog | undefined
    try {
      updated = await updateLog(folder, view, context)
      const result = await action(updated)
      await updated.committed
      return result
    } catch (error) {
      await updated?.committed.catch(() => undefined)
      updated?.close()
      if (isAnew || !(error instanceof StoreDamage)) throw error
      await files.remove(folder)
    }
  }
}

/** Another definition, or version of unsilo, had another log. */
async function removeOtherLogs(folder: string, name: string, { system: { files } }: StoreContext): Promise<void> {
  for (const { name: other } of files.list(folder)) {
    const isLog = other.startsWith('log-') || other === 'extracts'
    if (isLog && other !== name) await files.remove(join(folder, other))
  }
}

/** The merge of some of the parcels. */
function mergeOf(
  { definition, parcels }: StoredView,
  { log, state }: UpdatedLog,
  isShown: (parcel: ViewParcel) => boolean,
): MergeState {
  const merge = createMerge(definition, log)
  for (const [index, parcel] of parcels.entries()) {
    if (isShown(parcel)) merge.add(parcel, state.parcels[index]!)
  }
  return merge.state
}

async function makeTables(
  { folder, definition }: StoredView,
  { system: { files }, signal }: StoreContext,
  { log, state }: Pick<UpdatedLog, 'log' | 'state'>,
  { name, withHistory }: { name: string; withHistory: boolean },
): Promise<void> {
  const tables = join(folder, 'tables')
  const fresh = freshFolder(files, tables)
  try {
    const { errors, newest, pace } = await writeTables(files, fresh, definition, rowsOf(definition, log, state), {
      withHistory,
      signal,
    })
    const told = { ...stateOf(state), errors, ...(pace === undefined ? {} : { pace }) }
    await sealTables(files, fresh, definition.name, { state: told, newest })
  } catch (error) {
    await files.remove(fresh).catch(() => undefined)
    throw error
  }
  await placeTables(files, fresh, join(tables, name), definition.name)
}

/** Makes the table that the others were made without. */
async function makeHistory(
  { folder, definition }: StoredView,
  { system: { files }, signal }: StoreContext,
  { log, state }: Pick<UpdatedLog, 'log' | 'state'>,
  tables: ViewTables,
): Promise<void> {
  const fresh = freshFolder(files, join(folder, 'tables'))
  try {
    await writeHistory(files, fresh, definition.name, rowsOf(definition, log, state).history, signal)
    await placeHistory(files, fresh, dirname(tables.paths.items), tables)
  } catch (error) {
    await files.remove(fresh).catch(() => undefined)
    throw error
  }
}
