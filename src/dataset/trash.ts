import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import type { StoredParcel } from '../parcel/store.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, type ParcelRecord, isEvent } from './history.ts'
import { removeWhole } from './prune.ts'
import { unknownParcel } from './show.ts'
import { trashedUntil } from './trash-days.ts'
import { verifyHere } from './verify-here.ts'

/** Parcels that have been in the trash for longer than `trash_days`. What nobody said anything of stays there. */
export function expiredTrash(dataset: Dataset, { system }: Context, { parcels }: History): ParcelId[] {
  const now = system.clock.now()
  return parcels
    .filter((parcel) => {
      const until = parcel.trashed === undefined ? undefined : trashedUntil(dataset, parcel)
      return until !== undefined && until <= now
    })
    .map(({ id }) => id)
}

/**
 * Takes parcels out of `data/`; the caller holds the lock. The ledger comes first: a crash in between leaves parcels in `data/`, where
 * they count as before, and the next `thin` decides again.
 *
 * @param because By parcel, where what it holds is.
 * @returns Paths in `data/` that are gone.
 */
export async function moveToTrash(
  { layout, config }: Dataset,
  { system: { files, clock } }: Context,
  parcels: readonly StoredParcel[],
  because: Record<ParcelId, string>,
): Promise<string[]> {
  if (parcels.length === 0) return []
  const views = [...(config.thin?.views ?? [])]
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'thinned', removed: because, views })
  files.makeFolder(layout.trash)
  await files.sync(layout.folder)
  for (const { path, name } of parcels) files.rename(path, join(layout.trash, name))
  await files.sync(layout.trash)
  await files.sync(layout.data)
  return parcels.map(({ path }) => path)
}

/**
 * Brings a parcel back from the trash, if it still is what was sealed; the caller holds the lock.
 *
 * @returns Its path in `data/`.
 * @throws UnsiloError `not-found`, `clash`, `corrupt`
 */
export async function bringBack(dataset: Dataset, context: Context, history: History, id: ParcelId): Promise<string> {
  const { files, clock } = context.system
  const { layout } = dataset
  const parcel = history.get(id)
  if (parcel === undefined) throw unknownParcel(dataset, history, id)
  const { trashed } = parcel
  if (trashed === undefined) {
    const where = parcel.isSealed
      ? 'it is in data/'
      : parcel.state === 'thinned'
        ? 'the trash was emptied since'
        : `it is ${parcel.state}`
    throw new UnsiloError('not-found', `${dataset.name} ${id} is not in the trash: ${where}`, {
      hint: `\`unsilo parcels ${dataset.name} --all\` tells where each parcel is.`,
    })
  }
  if (parcel.isSealed || trashed.others.length > 0) {
    const where = parcel.isSealed ? layout.data : layout.trash
    throw new UnsiloError(
      'clash',
      `${where} has ${parcel.isSealed ? 'one of' : 'more than one of'} ${id}; nothing was changed`,
      {
        hint: 'Look at them, and move one of them elsewhere.',
      },
    )
  }
  await expectSealed(dataset, context, { ...parcel, stored: trashed })
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'untrashed', parcel: id })
  const path = join(layout.data, trashed.name)
  files.rename(trashed.path, path)
  await files.sync(layout.data)
  await files.sync(layout.trash)
  return path
}

/** Reads a parcel in the trash. One that has no seal may be anything. @throws UnsiloError `corrupt` */
async function expectSealed(
  dataset: Dataset,
  context: Context,
  parcel: ParcelRecord & { stored: StoredParcel },
): Promise<void> {
  if (!isEvent(parcel.ended, 'sealed')) return
  const { layout } = dataset
  const inTrash = { ...dataset, layout: { ...layout, data: layout.trash } }
  const { faults } = await verifyHere(inTrash, context, parcel)
  if (faults.length === 0) return
  throw new UnsiloError('corrupt', `${parcel.stored.path} is not what was sealed: ${faults.join('; ')}`, {
    hint:
      'It stays in the trash, as it is. The parcels that are in data/ have all that the views want of it; ' +
      `if there is a copy elsewhere (\`unsilo show ${dataset.name} ${parcel.id}\`), put that in its place and try again.`,
  })
}

/** Removes parcels from the trash, with their logs; the caller holds the lock. The ledger comes first. */
export async function emptyTrash(
  dataset: Dataset,
  { system: { files, clock } }: Context,
  history: History,
  ids: readonly ParcelId[],
): Promise<void> {
  if (ids.length === 0) return
  const { layout } = dataset
  const told = ids.map((id) => [id, `in the trash since ${history.get(id)?.thinnedAt ?? ''}`])
  const removed = Object.fromEntries(told) as Record<ParcelId, string>
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'emptied', removed })
  files.makeFolder(layout.incomplete)
  for (const id of ids) {
    const parcel = history.get(id)
    if (parcel?.trashed === undefined) continue
    await removeWhole(files, layout, parcel.trashed)
    // A parcel that was copied back has its logs still.
    if (!parcel.isSealed) for (const log of Object.values(logsOf(layout, id))) await files.remove(log)
  }
}
