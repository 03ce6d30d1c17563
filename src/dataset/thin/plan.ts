import { UnsiloError } from '../../errors.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import type { ParcelId } from '../../parcel/id.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { differencesBetween } from '../../view/thin/compare.ts'
import { needsOf } from '../../view/thin/needs.ts'
import { bridgesOf } from '../../view/thin/overlap.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, isEvent, sealedParcels } from '../history.ts'
import { openLender } from '../packs/lend.ts'
import { readyViewOf, versionsOf } from '../views/views.ts'
import { type Holding, holdingsOf } from './holdings.ts'
import { sayNeeds } from './say-need.ts'
import { standingReasons } from './standing.ts'
import { unreadParts } from './unread.ts'

export interface ThinDecision {
  id: ParcelId
  keep: boolean
  state: 'good' | 'suspect'
  /** Why it stays, or where what it holds is. */
  reasons: string[]
  /** As sealed; `undefined` for a folder that the ledger does not know. */
  bytes?: number
  /** Of one that goes: for each view that finds something in it, which parcels have the same versions. */
  held?: Holding[]
}

/** What thin would do, and why. */
export interface ThinPlan {
  dataset: string
  /** `thin.views`. */
  views: readonly string[]
  trashDays: number
  /** One for each sealed parcel, oldest first. */
  decisions: ThinDecision[]
}

/** Told one by one; the rest is counted. */
const mostReasons = 3

/**
 * Decides which parcels can go without a trace in any view of the dataset: its tables, its history, its gaps and what is told of
 * its format stay as they are. Nothing is moved by it; extracts and tables in the cache may be made.
 *
 * @throws UnsiloError `config` when the dataset does not say what may be thinned
 */
export async function planThin(dataset: Dataset, context: Context, history: History): Promise<ThinPlan> {
  const covering = coveringViews(dataset)
  const sealed = sealedParcels(history)
  const stays = standingReasons(dataset, context, history)
  const add = (id: ParcelId, reasons: readonly string[]): void =>
    void stays.set(id, [...(stays.get(id) ?? []), ...reasons])
  const candidates = (): typeof sealed => sealed.filter(({ id }) => !stays.has(id))
  const { views } = dataset.config

  if (candidates().length > 0) {
    const open = new Set(candidates().map(({ id }) => id))
    const found = new Set<ParcelId>()
    for (const definition of views) {
      const view = await needsOf(definition, versionsOf(dataset, context, definition, history))
      for (const [id, needs] of view.needs) if (open.has(id)) add(id, sayNeeds(definition.name, needs))
      if (covering.includes(definition)) for (const id of view.found) found.add(id)
    }
    const names = covering.map(({ name }) => name).join(', ')
    for (const { id } of candidates()) if (!found.has(id)) add(id, [`no item of ${names} is in it`])
    const lender = openLender(dataset, context)
    try {
      for (const { id, stored } of candidates()) {
        const unread = await lender.use(stored, (lent) => unreadParts(dataset, context, covering, lent.stored))
        if (unread.length > 0)
          add(id, [`holds what ${names} ${covering.length === 1 ? 'does' : 'do'} not read: ${sayFew(unread)}`])
      }
    } finally {
      await lender.close()
    }
    await keepBridges(views, (definition) => versionsOf(dataset, context, definition, history), stays)
  }

  const goes = new Set(candidates().map(({ id }) => id))
  const held = new Map<ParcelId, Holding[]>()
  if (goes.size > 0) {
    for (const definition of views) {
      const holdings = await holdingsOf(definition.name, versionsOf(dataset, context, definition, history), goes)
      for (const [id, holding] of holdings) held.set(id, [...(held.get(id) ?? []), holding])
    }
    await proveTables(dataset, context, history, goes)
  }
  const decisions = sealed.map((parcel): ThinDecision => {
    const { id, state } = parcel
    const bytes = sizeOf(dataset, context, parcel)
    const reasons = stays.get(id)
    if (reasons !== undefined) return { id, keep: true, state, reasons: someOf(reasons), ...bytes }
    const holdings = held.get(id) ?? []
    return { id, keep: false, state, reasons: holdings.map(sayHolding), ...bytes, held: holdings }
  })
  return {
    dataset: dataset.name,
    views: covering.map(({ name }) => name),
    trashDays: dataset.config.trashDays,
    decisions,
  }
}

/** @throws UnsiloError `config` */
function coveringViews({ name, config, layout }: Dataset): ViewDefinition[] {
  const { thin, views } = config
  if (thin === undefined) {
    const example = views.map((view) => `"${view.name}"`).join(', ')
    throw new UnsiloError('config', `${name} does not say what may be thinned: \`thin\` is not set`, {
      hint:
        views.length === 0
          ? 'Thinning goes by views: docs/thin.md begins with one.'
          : `If views have all that you want of old parcels, say so in ${layout.config}: thin = { views = [${example}] }`,
    })
  }
  for (const { name: view, prefer, columns, ignore, window, absent } of views) {
    if (window !== 'all' && window.by === undefined && absent.mark) {
      throw new UnsiloError('config', `${name} cannot be thinned: view ${view} marks absences by the places of items`, {
        hint: 'Which parcels prove them is not kept. Say by which field its `window` is sorted, or `absent = { mark = false }`.',
      })
    }
    const loose = Object.entries(prefer).find(([column, preference]) => {
      const path = columns?.[column]?.path.steps[0] ?? column
      return preference === 'first-nonempty' && ignore.some(({ steps }) => steps[0] === path)
    })
    if (loose === undefined) continue
    throw new UnsiloError('config', `${name} cannot be thinned: view ${view} both ignores and prefers "${loose[0]}"`, {
      hint: 'Which parcel its first value is from is not kept. Take it out of `ignore`, or out of `prefer`.',
    })
  }
  return views.filter((view) => thin.views.includes(view.name))
}

/** What stays for one view may be between what stays for another, so it is asked again until nothing is added. */
async function keepBridges(
  views: readonly ViewDefinition[],
  versions: (definition: ViewDefinition) => ReturnType<typeof versionsOf>,
  stays: Map<ParcelId, string[]>,
): Promise<void> {
  const windowed = views.filter(({ window }) => window !== 'all')
  for (let isSettled = false; !isSettled;) {
    isSettled = true
    for (const definition of windowed) {
      const bridges = await bridgesOf(definition, versions(definition), (id) => stays.has(id))
      for (const id of bridges) {
        if (stays.has(id)) continue
        stays.set(id, [`without it, parcels of ${definition.name} around it would not overlap`])
        isSettled = windowed.length === 1
      }
    }
  }
}

/** The last word: tables are made of the parcels that would stay, and compared with those of all. */
async function proveTables(
  dataset: Dataset,
  context: Context,
  history: History,
  goes: ReadonlySet<ParcelId>,
): Promise<void> {
  const differing: string[] = []
  for (const definition of dataset.config.views) {
    context.onProgress?.({ dataset: dataset.name, step: 'viewing', note: definition.name })
    const before = await readyViewOf(dataset, context, definition, history, () => true)
    const after = await readyViewOf(dataset, context, definition, history, (id) => !goes.has(id))
    differing.push(...(await differencesBetween(definition.name, before, after, context)))
  }
  if (differing.length > 0) throw notTheSame(dataset.name, differing)
}

function sizeOf(
  { layout }: Dataset,
  { system: { files } }: Context,
  { ended, stored }: ReturnType<typeof sealedParcels>[number],
): { bytes?: number } {
  if (isEvent(ended, 'sealed')) return { bytes: detailsOf(ended, layout.ledger).bytes }
  if (stored.packed !== undefined) return { bytes: stored.packed.parcel.bytes }
  const info = stored.isFolder ? undefined : files.info(stored.path)
  return info === undefined ? {} : { bytes: info.sizeBytes }
}

export function thinned({ decisions }: ThinPlan): ThinDecision[] {
  return decisions.filter(({ keep }) => !keep)
}

function sayHolding({ view, versions, parcels }: Holding): string {
  const which = parcels.length === 1 ? `in ${parcels[0]!}` : `in ${parcels.length} parcels, ${parcels.at(-1)!} the last`
  return `${view}: ${versions === 1 ? 'its version is' : `all ${versions} versions are`} ${which}`
}

function someOf(reasons: readonly string[]): string[] {
  if (reasons.length <= mostReasons) return [...reasons]
  return [...reasons.slice(0, mostReasons), `${reasons.length - mostReasons} more`]
}

function sayFew(names: readonly string[]): string {
  const told = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${told} and ${names.length - 3} more` : told
}

function notTheSame(dataset: string, differing: readonly string[]): UnsiloError {
  return new UnsiloError(
    'corrupt',
    `${dataset} was not thinned: made of the parcels that would stay, ${differing.join(', ')} would not be the same`,
    { hint: 'Nothing was changed. That is a mistake in unsilo: please report it, with the kind of view.' },
  )
}
