import { join } from 'node:path'
import { type Files, walkFiles } from '../../system/files.ts'
import type { BadItem } from '../../view/item.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, type SealedParcel, isEvent } from '../history.ts'
import { readingsHere, wrongSize } from '../verdicts.ts'
import { verifyHere } from '../verify-here.ts'

/** Parcels that were found to be damaged while a view read them, a file each. */
const notesFolder = 'damaged'

/** Which parcels are not what was sealed, or were not when a view may have read them. */
export interface ParcelDamage {
  /** The ledger says so. */
  isKnown(parcel: SealedParcel): boolean
  /**
   * Tells its content from any other: by its seal, or by names, sizes and times where that says nothing of what is there.
   *
   * @param sha256 Of its seal.
   */
  contentOf(parcel: SealedParcel, sha256: string | undefined): string
  /**
   * To be asked when the parcel was read.
   *
   * @param found Whether something in it could not be read, or it could not be had at all
   * @returns Nothing where the ledger does not know it, the size is that of the seal, and all could be read
   */
  faultsOf(parcel: SealedParcel, found: { hasErrors: boolean; isLost: boolean }): Promise<BadItem[]>
}

export function openParcelDamage(dataset: Dataset, context: Context, history: History): ParcelDamage {
  const { layout } = dataset
  const { files } = context.system
  const { verdicts, mended } = readingsHere(history)
  const folder = join(layout.cache, notesFolder)
  const noted = new Set(files.list(folder).map(({ name }) => name))

  const isKnown = ({ id }: SealedParcel): boolean => verdicts.get(id)?.ok === false

  /** What was read of it is not to be taken for what is sealed, once it is put right. */
  const note = async (id: string): Promise<void> => {
    if (noted.has(id)) return
    files.makeFolder(folder)
    await (await files.create(join(folder, id))).close()
    noted.add(id)
  }

  return {
    isKnown,
    contentOf(parcel, sha256) {
      const { id, stored } = parcel
      const sealed = sha256 ?? stored.packed?.parcel.sha256
      const end = stored.isFolder ? '/' : `.${stored.extension}`
      const faults = isKnown(parcel) ? ` ${verdicts.get(id)!.faults?.join('; ')}` : ''
      const since = mended.has(id) ? ` ${mended.get(id)}` : ''
      const isSealed = sealed !== undefined && faults === '' && !noted.has(id)
      return `${isSealed ? sealed : looksOf(files, parcel)}${end}${faults}${since}`
    },
    async faultsOf(parcel, { hasErrors, isLost }) {
      const { id, stored, ended } = parcel
      if (isLost) {
        // That it could not be had is told already.
        if (!isKnown(parcel)) await note(id)
        return []
      }
      if (isKnown(parcel)) return [badParcel(verdicts.get(id)!.faults ?? [])]
      if (!isEvent(ended, 'sealed')) return []
      const size = wrongSize(files, layout.ledger, parcel)
      const isAsked = size === undefined && hasErrors && stored.packed === undefined
      const faults = isAsked ? (await verifyHere(dataset, context, parcel)).faults : size === undefined ? [] : [size]
      if (faults.length === 0) return []
      await note(id)
      return [badParcel(faults)]
    },
  }
}

function badParcel(faults: readonly string[]): BadItem {
  return { problem: `the parcel is not what was sealed: ${faults.join('; ')}`, file: '' }
}

/** Names, sizes and times, so that it need not be read. */
function looksOf(files: Files, { stored: { path, isFolder, name, packed } }: SealedParcel): string {
  const whole = packed?.pack.path ?? path
  const isWalked = isFolder && packed === undefined
  const paths = isWalked ? [...walkFiles(files, whole)].map((file) => join(whole, file.path)) : [whole]
  const looks = paths.map((file) => {
    const info = files.info(file)
    return [file.slice(whole.length), info?.sizeBytes, info?.modifiedAt.getTime()]
  })
  return JSON.stringify([name, looks])
}
