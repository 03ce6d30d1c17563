import type { ParcelId } from '../parcel/id.ts'
import { expectUnsiloError } from '../errors.ts'
import type { ParcelVersions } from '../view/store/read-versions.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'
import { versionsOf } from './views/views.ts'

/** Versions of a view's items that no parcel has after a removal. */
export interface LostVersions {
  view: string
  versions: number
  example: { key: string; parcel: ParcelId }
}

export interface Losses {
  losses: LostVersions[]
  /** One warning for each view that loses something, or could not be asked. */
  problems: Problem[]
}

/** Looks what the views of a dataset lose when parcels are removed. */
export async function lossesBy(
  dataset: Dataset,
  context: Context,
  history: History,
  removed: ReadonlySet<ParcelId>,
): Promise<Losses> {
  const found: Losses = { losses: [], problems: [] }
  for (const definition of dataset.config.views) {
    const { name } = definition
    try {
      const lost = await lostVersions(name, () => versionsOf(dataset, context, definition, history), removed)
      if (lost === undefined) continue
      found.losses.push(lost)
      found.problems.push(warningOf(dataset, lost))
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      if (code === 'cancelled') throw error
      const what = `what view ${name} loses by a removal could not be told: ${message}`
      found.problems.push({ severity: 'warning', code, message: what, hint })
    }
  }
  return found
}

async function lostVersions(
  view: string,
  parcels: () => AsyncIterable<ParcelVersions>,
  removed: ReadonlySet<ParcelId>,
): Promise<LostVersions | undefined> {
  const held = new Map<string, { key: string; parcel: ParcelId }>()
  for await (const { id, versions } of parcels()) {
    if (removed.has(id)) for (const { key, version } of versions) held.set(`${version} ${key}`, { key, parcel: id })
  }
  if (held.size === 0) return undefined
  for await (const { id, versions } of parcels()) {
    if (removed.has(id)) continue
    for (const { key, version } of versions) held.delete(`${version} ${key}`)
    if (held.size === 0) return undefined
  }
  const [example] = held.values()
  return { view, versions: held.size, example: example! }
}

function warningOf({ name }: Dataset, { view, versions, example }: LostVersions): Problem {
  const what = versions === 1 ? 'a version' : `${versions} versions`
  return {
    severity: 'warning',
    code: 'last-version',
    message: `no parcel that \`keep\` leaves has ${what} of ${view}, such as ${example.key} in ${example.parcel}`,
    hint: `A larger \`keep\` leaves them; \`unsilo thin ${name}\` removes only what other parcels hold; \`keep.warn = false\` is silent.`,
  }
}
