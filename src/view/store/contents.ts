import { join } from 'node:path'
import type { Files } from '../../system/files.ts'
import type { NewestItem } from './newest-items.ts'
import type { ViewState } from './state.ts'

/** Counts up when the same extracts give other tables than before. */
export const tablesFormat = 3

/** Written last: what there is in the folder of a view's tables, so that damage is noticed without reading it all. */
export interface Contents {
  format: number
  state: ViewState
  /** Of a feed: a few of its items, the newest first. */
  newest?: NewestItem[]
  files: Record<string, { bytes: number; changedAt: number }>
}

export const contentsName = 'view.json'

/** @returns `undefined` when there is nothing, or nothing that this version has written. */
export function readContents(files: Files, path: string): Contents | undefined {
  try {
    const contents = JSON.parse(files.readText(path) ?? 'null') as Contents | null
    return contents?.format === tablesFormat ? contents : undefined
  } catch {
    return undefined
  }
}

/** What was to be said of a view when its tables were made last. @param folder `.cache/views/NAME` */
export function storedContents(files: Files, folder: string): Omit<Contents, 'files'> | undefined {
  const current = files.readText(join(folder, 'current'))?.trim()
  return current === undefined ? undefined : readContents(files, join(folder, current, contentsName))
}
