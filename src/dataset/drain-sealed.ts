import { UnsiloError } from '../errors.ts'
import type { ParcelId } from '../parcel/id.ts'
import { faultsIn } from '../parcel/verify.ts'
import { manifestName, parseManifest } from '../source/rest/manifest.ts'
import { sealedFolder } from '../source/rest/reader.ts'
import { sealedRecords } from '../source/rest/sealed-records.ts'
import { acknowledgements, hasCopy } from './acknowledgements.ts'
import type { Context, Dataset } from './dataset.ts'
import type { DrainSetup } from './drain-setup.ts'
import { type History, type ParcelRecord, type SealedParcel, isEvent, sealedParcels } from './history.ts'
import { openLender } from './packs/lend.ts'
import { contentsOf } from './parcel-contents.ts'

/** Where a record is safe, as it is on the server. */
export interface SafePlace {
  parcel: ParcelId
  sha256: string
  /** A target that does not have the parcel yet, and must have it. */
  waitsFor: string | undefined
}

/**
 * Finds, for each record, a sealed parcel that holds it with exactly these contents: a good one in which the stream is complete, and whose
 * every file was read again and is what was sealed. The newest comes first, and each is read at most once.
 *
 * @param wanted Hashes by record.
 * @throws UnsiloError `corrupt` when a parcel is not what was sealed: on such a disk nothing counts as safe
 */
export async function findSafe(
  dataset: Dataset,
  context: Context,
  history: History,
  { stream, drain }: DrainSetup,
  wanted: ReadonlyMap<string, string>,
): Promise<Map<string, SafePlace>> {
  const { files } = context.system
  const known = acknowledgements(history)
  const found = new Map<string, SafePlace>()
  const missing = new Map(wanted)
  const lender = openLender(dataset, context)
  try {
    for (const parcel of sealedParcels(history).toReversed()) {
      if (missing.size === 0) break
      if (parcel.state !== 'good' || !isEvent(parcel.ended, 'sealed') || !parcel.stored.isFolder) continue
      const isLast = await lender.use(parcel.stored, (lent) => findIn({ ...parcel, stored: lent.stored }, lent.dataset))
      if (isLast) break
    }
  } finally {
    await lender.close()
  }

  /** @returns Whether no older parcel can hold what is still missing. */
  async function findIn(parcel: SealedParcel, from: Dataset): Promise<boolean> {
    const folder = sealedFolder(files, parcel.stored.path)
    const told = parseManifest(folder.readText(manifestName))?.streams[stream.name]
    if (told?.complete !== true) return false
    await expectSealed(from, context, parcel)
    const waitsFor = drain.after.targets.find((target) => !hasCopy(known, parcel.id, target))
    for await (const { id, sha256 } of sealedRecords(folder, stream)) {
      if (missing.get(id) !== sha256) continue
      if (waitsFor === undefined) missing.delete(id)
      else if (found.has(id)) continue
      found.set(id, { parcel: parcel.id, sha256, waitsFor })
    }
    // What a full export does not hold is new or was changed since: no older one holds it either. Of a window it may.
    return told.mode === 'full' && stream.window === undefined && waitsFor === undefined
  }
  return found
}

/** Reads every file of a parcel. @throws UnsiloError `corrupt` when one is not what was sealed */
async function expectSealed(dataset: Dataset, context: Context, parcel: ParcelRecord): Promise<void> {
  const contents = await contentsOf(dataset, context, parcel)
  const [fault, ...others] = await faultsIn(context.system.files, dataset.layout.data, contents.files, context.signal)
  if (fault === undefined) return
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const what = fault.what === 'missing' ? 'is gone' : 'is not what was sealed: it has another hash'
  throw new UnsiloError('corrupt', `data/${fault.path} ${what}${more}`, {
    hint: 'Nothing is deleted on the server. Look at the disk; if there is a copy elsewhere, put that in its place.',
  })
}
