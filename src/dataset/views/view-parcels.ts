import { join } from 'node:path'
import { parcelTime } from '../../parcel/id.ts'
import { type Files, walkFiles } from '../../system/files.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { readItemBatches } from '../../view/input/read-items.ts'
import type { ViewParcel } from '../../view/store/view-parcel.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, isEvent, sealedParcels } from '../history.ts'
import type { LentParcel, ParcelLender } from '../packs/lend.ts'
import { verdictsHere } from '../verdicts.ts'
import { sealFacts } from './seal-facts.ts'
import { readStreamItems } from './stream-items.ts'

/** The parcels that a view is made of, oldest first: all that are sealed. @param lender Open for as long as they are read. */
export function viewParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  definition: ViewDefinition,
  lender: Pick<ParcelLender, 'borrow'>,
): ViewParcel[] {
  const verdicts = verdictsHere(history)
  return sealedParcels(history).map((parcel) => {
    const { id, state, stored } = parcel
    const sealed = isEvent(parcel.ended, 'sealed') ? sealFacts(parcel.ended.line) : undefined
    const { isFolder, extension, packed } = stored
    return {
      id,
      at: parcelTime(id),
      // What is suspect or damaged may lack anything, as may what was accepted although it is not whole.
      isEvidence: state === 'good' && sealed?.isWhole !== false && verdicts.get(id)?.ok !== false,
      content: `${sealed?.sha256 ?? packed?.parcel.sha256 ?? looksOf(context.system.files, stored)}${isFolder ? '/' : `.${extension}`}`,
      async *read(known) {
        const reading = { signal: context.signal, files: context.system.files, known }
        let lent: LentParcel
        try {
          lent = await lender.borrow(stored)
        } catch (error) {
          // Its pack is damaged: the other parcels are there all the same.
          yield [badFile(error, '', context.signal)]
          return
        }
        try {
          const { path } = lent.stored
          if (definition.stream === undefined) yield* readItemBatches({ ...lent.stored, id }, definition, reading)
          else yield* readStreamItems(dataset, path, definition, reading)
        } finally {
          await lent.release()
        }
      },
    }
  })
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
