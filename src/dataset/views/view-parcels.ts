import { join } from 'node:path'
import type { SealedEvent } from '../../ledger/entry.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import { parcelTime } from '../../parcel/id.ts'
import { type Files, walkFiles } from '../../system/files.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { readItems } from '../../view/input/read-items.ts'
import type { ViewParcel } from '../../view/store/view-parcel.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, type ParcelRecord, isEvent, sealedParcels } from '../history.ts'
import { readStreamItems } from './stream-items.ts'

/** The parcels that a view is made of, oldest first: all that are sealed. */
export function viewParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  definition: ViewDefinition,
): ViewParcel[] {
  return sealedParcels(history).map((parcel) => {
    const { id, state, stored } = parcel
    const sealed = sealOf(dataset, parcel)
    const { path, isFolder, extension } = stored
    return {
      id,
      at: parcelTime(id),
      // What is suspect may lack anything, as may what was accepted although it is not whole.
      isEvidence: state === 'good' && sealed?.holds !== 'part' && sealed?.incomplete === undefined,
      content: `${sealed?.sha256 ?? looksOf(context.system.files, stored)}${isFolder ? '/' : `.${extension}`}`,
      read(known) {
        const reading = { signal: context.signal, files: context.system.files, known }
        return definition.stream === undefined
          ? readItems({ id, path, isFolder, extension }, definition, reading)
          : readStreamItems(dataset, path, definition, reading)
      },
    }
  })
}

function sealOf({ layout }: Dataset, { ended }: ParcelRecord): SealedEvent | undefined {
  return isEvent(ended, 'sealed') ? detailsOf(ended, layout.ledger) : undefined
}

/** Of a parcel that has no seal, as one that was put there by hand: names, sizes and times, so that it need not be read. */
function looksOf(files: Files, { path, isFolder, name }: { path: string; isFolder: boolean; name: string }): string {
  const paths = isFolder ? [...walkFiles(files, path)].map((file) => join(path, file.path)) : [path]
  const looks = paths.map((file) => {
    const info = files.info(file)
    return [file.slice(path.length), info?.sizeBytes, info?.modifiedAt.getTime()]
  })
  return JSON.stringify([name, looks])
}
