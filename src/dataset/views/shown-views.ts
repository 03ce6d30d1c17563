import { join } from 'node:path'
import type { NewestItem } from '../../view/store/newest-items.ts'
import { openTables } from '../../view/store/table-folder.ts'
import type { Context, Dataset } from '../dataset.ts'

/** A few items of a view that is a feed, the newest first. */
export interface NewestOfView {
  view: string
  items: NewestItem[]
}

/** A view as it was when it was last brought up to date. */
export interface ShownView extends NewestOfView {
  /** Parcels before which data was lost. */
  gaps: string[]
}

/** Reads what the last update left beside the tables, and not the tables; views that were never made are left out. */
export function shownViews({ layout, config }: Dataset, { system: { files } }: Context): ShownView[] {
  return config.views.flatMap(({ name }): ShownView[] => {
    const folder = join(layout.cache, 'views', name)
    const current = files.readText(join(folder, 'current'))?.trim()
    const tables = current === undefined ? undefined : openTables(files, join(folder, current), name)
    if (tables === undefined) return []
    return [{ view: name, items: tables.newest, gaps: tables.state.gaps.map(({ before }) => before) }]
  })
}
