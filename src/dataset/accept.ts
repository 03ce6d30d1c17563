import { UnsiloError } from '../errors.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Context, Dataset } from './dataset.ts'
import { commitRecords } from './git.ts'
import { readHistory } from './history.ts'
import { withLock } from './lock.ts'
import { unknownParcel } from './show.ts'

/**
 * Says in the ledger that a suspect parcel is good after all; or of the newest good one that what is unusual in it is right.
 *
 * @returns False when it was good already, and there is nothing new to say.
 * @throws UnsiloError `usage`, `not-found`, `busy`
 */
export function acceptParcel(dataset: Dataset, context: Context, id: ParcelId): Promise<boolean> {
  return withLock(dataset, context, async () => {
    const { files, clock } = context.system
    const history = readHistory(files, dataset.layout)
    const state = history.get(id)?.state
    if (state === undefined) throw unknownParcel(dataset, history, id)
    const isKnown = history.get(id)!.accepted || id !== history.newestGood?.id
    if (state === 'good' && isKnown) return false
    if (state !== 'good' && state !== 'suspect') {
      throw new UnsiloError('usage', `${dataset.name} ${id} is ${state}, and only a suspect parcel can be accepted`, {
        hint: `\`unsilo show ${dataset.name} ${id}\` tells more.`,
      })
    }
    await appendToLedger(files, dataset.layout.ledger, clock.now(), { event: 'accepted', parcel: id })
    await commitRecords(dataset, context, `[unsilo] accept ${id}`, [])
    return true
  })
}
