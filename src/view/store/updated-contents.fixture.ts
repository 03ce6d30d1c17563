import { realSystem } from '../../system/system.ts'
import { rowsOf } from '../merge.ts'
import { stateOf } from './state.ts'
import { type StoreContext, type StoredView, withUpdatedLog } from './update.ts'

/** A view is brought up to date: all that its tables would have, and which parcels were read for it. */
export async function updatedContents(view: StoredView, changes: Partial<StoreContext> = {}) {
  const context = { system: realSystem, signal: new AbortController().signal, ...changes }
  return withUpdatedLog(view, context, ({ log, state, read, close }) => {
    const { items, history, errors } = rowsOf(view.definition, log, state)
    const contents = {
      items: Array.from(items, plain),
      history: Array.from(history, plain),
      errors: [...errors],
      state: stateOf(state),
    }
    close()
    return Promise.resolve({ contents, read })
  })
}

function plain<Row extends { json: Uint8Array | undefined }>(row: Row) {
  return { ...row, json: row.json && Buffer.from(row.json).toString() }
}
