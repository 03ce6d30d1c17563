import { expectUnsiloError } from '../errors.ts'
import type { VerifiedEvent } from '../ledger/event.ts'
import { appendAllToLedger } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import { mapPool } from '../system/pool.ts'
import { checkInterrupt } from './copies/work.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { type SealedParcel, isEvent, readHistory, sealedParcels } from './history.ts'
import { openLender, packedLast } from './packs/lend.ts'
import { verdictsHere } from './verdicts.ts'
import { alarmProblems } from './verify-alarm.ts'
import { filesAtOnce, verifyHere } from './verify-here.ts'

/** A parcel that cannot be read any more as it was sealed. */
export interface DamagedParcel {
  parcel: ParcelId
  faults: string[]
  /** Nobody knew before. */
  isNew: boolean
}

/**
 * Reads all parcels again that have a seal, and compares them with it; the caller holds the lock. The ledger gets a line for each that is
 * damaged, and for each that was and is not any more.
 *
 * @param isFresh Whether it was read a moment ago.
 */
export async function recheckParcels(
  dataset: Dataset,
  context: Context,
  isFresh: (id: ParcelId) => boolean,
): Promise<{ damaged: DamagedParcel[]; problems: Problem[] }> {
  const { files, clock } = context.system
  const { layout } = dataset
  const history = readHistory(files, layout)
  const known = verdictsHere(history)
  const problems: Problem[] = []
  const lender = openLender(dataset, context)
  const verdictOn = async (record: SealedParcel): Promise<VerifiedEvent | undefined> => {
    checkInterrupt(context)
    const { id: parcel, stored } = record
    context.onProgress?.({ dataset: dataset.name, step: 'verifying', note: `${parcel} here` })
    try {
      const found = await lender.use(stored, (lent) =>
        verifyHere(lent.dataset, context, { ...record, stored: lent.stored }),
      )
      const { faults, files: count, bytes } = found
      const ok = faults.length === 0
      return { event: 'verified', parcel, ok, files: count, bytes, ...(ok ? {} : { faults }) }
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      if (code === 'cancelled') throw error
      // Its pack cannot be read.
      if (code === 'corrupt') return { event: 'verified', parcel, ok: false, files: 0, bytes: 0, faults: [message] }
      problems.push({ severity: 'error', code, message, hint })
      return undefined
    }
  }
  const sealed = sealedParcels(history).filter(({ id, ended }) => isEvent(ended, 'sealed') && !isFresh(id))
  let verdicts: VerifiedEvent[]
  try {
    const read = await mapPool(
      packedLast(sealed, ({ stored }) => stored),
      filesAtOnce,
      verdictOn,
    )
    verdicts = read.filter((one) => one !== undefined)
  } finally {
    await lender.close()
  }
  const isKnown = (id: ParcelId): boolean => known.get(id)?.ok === false
  const told = verdicts.filter(({ parcel, ok }) => !ok || isKnown(parcel))
  if (told.length > 0) await appendAllToLedger(files, layout.ledger, clock.now(), told)
  const damaged = verdicts.flatMap(({ parcel, ok, faults = [] }): DamagedParcel[] =>
    ok ? [] : [{ parcel, faults, isNew: !isKnown(parcel) }],
  )
  const unreadable = history.parcels
    .filter(({ state }) => state === 'unreadable')
    .map(({ id }): DamagedParcel => ({
      parcel: id,
      faults: ['it is in a pack whose index cannot be read'],
      // What views had of it may have gone before.
      isNew: false,
    }))
  problems.push(...alarmProblems(dataset, readHistory(files, layout), verdicts))
  const all = [...damaged, ...unreadable].sort((a, b) => (a.parcel < b.parcel ? -1 : 1))
  return { damaged: all, problems }
}
