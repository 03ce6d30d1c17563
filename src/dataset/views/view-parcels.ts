import { parcelTime } from '../../parcel/id.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import type { Files } from '../../system/files.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { impliedKind, inputKindOf } from '../../view/input/kind.ts'
import { readItemBatches } from '../../view/input/read-items.ts'
import type { Lend, ViewParcel } from '../../view/store/view-parcel.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, isEvent, sealedParcels } from '../history.ts'
import type { LentParcel, ParcelLender } from '../packs/lend.ts'
import { openParcelDamage } from './parcel-damage.ts'
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
  const damage = openParcelDamage(dataset, context, history)
  return sealedParcels(history).map((parcel) => {
    const { id, state, stored } = parcel
    const sealed = isEvent(parcel.ended, 'sealed') ? sealFacts(parcel.ended.line) : undefined
    let isLost = false
    const borrow = async (): Promise<LentParcel> => {
      isLost = true
      const lent = await lender.borrow(stored)
      isLost = false
      return lent
    }
    return {
      id,
      at: parcelTime(id),
      // What is suspect or damaged may lack anything, as may what was accepted although it is not whole.
      isEvidence: state === 'good' && sealed?.isWhole !== false && !damage.isKnown(parcel),
      content: damage.contentOf(parcel, sealed?.sha256),
      async *read(known) {
        const reading = { signal: context.signal, files: context.system.files, known }
        let lent: LentParcel
        try {
          lent = await borrow()
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
      lend: isPlainFile(stored, definition) ? lending(context.system.files, stored, borrow) : undefined,
      faults: (hasErrors) => damage.faultsOf(parcel, { hasErrors, isLost }),
    }
  })
}

/** One file, and none that other files have to be made of to read it. */
function isPlainFile({ isFolder, extension }: StoredParcel, definition: ViewDefinition): boolean {
  if (isFolder || definition.stream !== undefined) return false
  const kind = inputKindOf(extension).kind ?? impliedKind(definition)
  return kind !== undefined && kind !== 'zip' && kind !== 'tar' && kind !== 'sqlite'
}

function lending(files: Files, { path, packed }: StoredParcel, borrow: () => Promise<LentParcel>): Lend {
  return {
    sizeBytes: () => packed?.parcel.bytes ?? files.info(path)?.sizeBytes ?? 0,
    async borrow() {
      const { stored, release } = await borrow()
      const { id, path: there, isFolder, extension } = stored
      return { source: { id, path: there, isFolder, extension }, release }
    },
  }
}
