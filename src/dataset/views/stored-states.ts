import { join } from 'node:path'
import type { Files } from '../../system/files.ts'
import { storedContents } from '../../view/store/contents.ts'
import type { NewestItem } from '../../view/store/newest-items.ts'
import type { ViewState } from '../../view/store/state.ts'
import type { Dataset } from '../dataset.ts'

/** A view as it was when its tables were made last; parcels may have come since. */
export interface StoredViewState {
  view: string
  state: ViewState
  /** Of a feed: a few of its items, the newest first. */
  newest: NewestItem[]
}

/** What was said of the views of a dataset, of those that were ever made. Nothing but two small files of each is read. */
export function storedViewStates(files: Files, { layout, config }: Dataset): StoredViewState[] {
  return config.views.flatMap(({ name }) => {
    const stored = storedContents(files, join(layout.cache, 'views', name))
    return stored === undefined ? [] : [{ view: name, state: stored.state, newest: stored.newest ?? [] }]
  })
}
