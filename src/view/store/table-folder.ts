import { createHash, randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Files } from '../../system/files.ts'
import { replaceFile } from '../../system/replace-file.ts'
import { version } from '../../version.ts'
import { type ViewDefinition, extractFingerprint } from '../definition.ts'
import { chainOf } from './chain.ts'
import type { NewestItem } from './newest-items.ts'
import { type Contents, contentsName, readContents, tablesFormat } from './contents.ts'
import type { ViewState } from './state.ts'
import type { ViewParcel } from './view-parcel.ts'
import { type TablePaths, tablePaths } from './write-tables.ts'

export interface ViewTables {
  state: ViewState
  /** Of a feed: a few of its items, the newest first. */
  newest: NewestItem[]
  paths: TablePaths
  /** Whether the table of the history is there: it may be left for later. */
  hasHistory: boolean
}

/** A query that began before a view was made anew may still read the tables of then. */
const readersMs = 60 * 60_000

/** Names the tables that a definition makes of parcels: the same name, the same tables. */
export function tablesName(definition: ViewDefinition, parcels: readonly ViewParcel[]): string {
  const { pick, prefer, absent, window, columns, feed, decrypt } = definition
  const hash = createHash('sha256')
  const shape: unknown[] = [pick, prefer, absent, window, columns]
  if (feed !== undefined)
    shape.push(
      feed,
      decrypt.map(({ fields }) => fields),
    )
  hash.update(JSON.stringify([tablesFormat, version, extractFingerprint(definition), shape, chainOf(parcels)]))
  return hash.digest('hex').slice(0, 32)
}

/** The tables in a folder; `undefined` when there are none, or not as they were written. */
export function openTables(files: Files, folder: string, view: string): ViewTables | undefined {
  const contents = readContents(files, join(folder, contentsName))
  if (contents === undefined) return undefined
  const paths = tablePaths(folder, view)
  const writtenOf = (path: string): Contents['files'][string] | undefined =>
    contents.files[path.slice(folder.length + 1)]
  const hasHistory = writtenOf(paths.history) !== undefined
  const isWhole = Object.values(paths).every((path) => {
    if (path === paths.history && !hasHistory) return true
    const info = files.info(path)
    const written = writtenOf(path)
    return info !== undefined && info.sizeBytes === written?.bytes && info.modifiedAt.getTime() === written.changedAt
  })
  return isWhole ? { state: contents.state, newest: contents.newest ?? [], paths, hasHistory } : undefined
}

/** Says what a folder holds, and makes it durable: a crash must not leave half a table that looks whole. */
export async function sealTables(
  files: Files,
  folder: string,
  view: string,
  told: Pick<ViewTables, 'state' | 'newest'>,
): Promise<void> {
  const contents: Contents = { format: tablesFormat, ...told, files: {} }
  for (const path of Object.values(tablePaths(folder, view))) {
    const info = files.info(path)
    if (info === undefined) continue
    await files.sync(path)
    contents.files[path.slice(folder.length + 1)] = { bytes: info.sizeBytes, changedAt: info.modifiedAt.getTime() }
  }
  await replaceFile(files, join(folder, contentsName), `${JSON.stringify(contents, null, 2)}\n`)
}

/** Puts the history beside the tables that it was not written with. @param fresh Holds nothing else. */
export async function placeHistory(files: Files, fresh: string, folder: string, tables: ViewTables): Promise<void> {
  const { state, newest, paths } = tables
  const view = basename(paths.items, '.parquet')
  const written = tablePaths(fresh, view).history
  await files.sync(written)
  // Until the contents tell of it, it is not there.
  files.rename(written, paths.history)
  await sealTables(files, folder, view, { state, newest })
  await files.remove(fresh)
}

/** A folder beside the others, to write tables into. */
export function freshFolder(files: Files, tables: string): string {
  const folder = join(tables, `.new-${randomBytes(6).toString('hex')}`)
  files.makeFolder(folder)
  return folder
}

/** Gives written tables their name. Another process may have made the same ones by now: then those stay. */
export async function placeTables(files: Files, fresh: string, folder: string, view: string): Promise<void> {
  if (files.info(folder) !== undefined) {
    if (openTables(files, folder, view) !== undefined) return files.remove(fresh)
    await files.remove(folder)
  }
  try {
    files.rename(fresh, folder)
  } catch (error) {
    if (openTables(files, folder, view) === undefined) throw error
    await files.remove(fresh)
  }
}

/** Removes tables that nobody needs any more. */
export async function tidyTables(files: Files, tables: string, keep: string, now: Date): Promise<void> {
  for (const { name } of files.list(tables)) {
    const path = join(tables, name)
    const changedAt = files.info(path)?.modifiedAt
    if (name !== keep && changedAt !== undefined && now.getTime() - changedAt.getTime() > readersMs)
      await files.remove(path)
  }
}
