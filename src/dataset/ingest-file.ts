import type { SealedEvent } from '../ledger/event.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { commitRecords } from './git.ts'
import { readHistory } from './history.ts'
import { ingestPath } from './ingest.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { recover } from './recover.ts'

/**
 * Moves one file or folder in as a parcel, measures it, and commits it where the dataset is kept in git.
 *
 * @throws UnsiloError; the file is then where it was.
 */
export function ingestFile(
  dataset: Dataset,
  context: Context,
  path: string,
  id?: ParcelId,
): Promise<{ sealed: SealedEvent; problems: Problem[] }> {
  return withLock(dataset, context, async () => {
    const recovered = await recover(dataset, context)
    const sealed = await ingestPath(dataset, context, path, id)
    const problems = await recordMetrics(dataset, context, [...new Set([...recovered, sealed.parcel])])
    const stored = readHistory(context.system.files, dataset.layout).get(sealed.parcel)?.stored
    const message = `[unsilo] ingest ${path} as ${sealed.parcel}`
    await commitRecords(dataset, context, message, stored === undefined ? [] : [stored.path])
    return { sealed, problems }
  })
}
