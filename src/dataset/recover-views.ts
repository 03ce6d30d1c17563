import { join } from 'node:path'
import { withStoreLock } from '../view/store/store-lock.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'
import type { DamagedParcel } from './recover-parcels.ts'
import { type DatasetView, readyViews } from './views/views.ts'
import { storedViewStates } from './views/stored-states.ts'

type ViewCounts = Pick<DatasetView['state'], 'items' | 'versions' | 'absent' | 'errors'>

export interface RemadeView {
  view: string
  /** Missing: it could not be had. */
  before?: ViewCounts
  after: ViewCounts
  /** The folder of what there was before, where the parcels cannot give it any more. */
  kept?: string
}

/** In `.cache`: what is being made, and what was left aside. */
const [freshName, keptName] = ['anew', 'before-recover']

/** What views hold before they are made again, by name. @param history With a pack that cannot be read, they are taken as they are. */
export async function countsBefore(
  dataset: Dataset,
  context: Context,
  history: History,
): Promise<ReadonlyMap<string, ViewCounts>> {
  const isUnread = history.packs.some(({ index }) => index === undefined)
  const found = isUnread
    ? storedViewStates(context.system.files, dataset)
    : (await readyViews(dataset, context, undefined, history)).views.map(({ definition, state }) => ({
        view: definition.name,
        state,
      }))
  return new Map(found.map(({ view, state }) => [view, countsOf(state)]))
}

/**
 * Makes all views anew from the parcels, beside what there is, and puts each in its place when it is whole. What cannot be made stays as
 * it was.
 *
 * @param before What they held.
 * @param damaged Parcels that may not give what they gave then.
 */
export async function remakeViews(
  dataset: Dataset,
  context: Context,
  history: History,
  before: ReadonlyMap<string, ViewCounts>,
  damaged: readonly DamagedParcel[],
): Promise<{ views: RemadeView[]; problems: Problem[] }> {
  const { files, clock } = context.system
  const { layout, config } = dataset
  const fresh = join(layout.cache, freshName)
  // A recover that was killed has left it.
  await files.remove(fresh)
  const views: RemadeView[] = []
  const beside = { ...dataset, layout: { ...layout, cache: fresh } }
  const { views: made, problems: failed } = await readyViews(beside, context, config.views, history)
  const problems = failed.map((problem): Problem => {
    const isOfView = config.views.some(({ name }) => problem.message.startsWith(`view ${name}: `))
    const message = isOfView ? `${problem.message}; what there was of it stays as it was` : problem.message
    return { ...problem, message, severity: 'error' }
  })
  const isAll = made.length === config.views.length
  const ids = damaged.map(({ parcel }) => parcel)
  const isNews = damaged.some(({ isNew }) => isNew)
  const aside = join(
    layout.cache,
    keptName,
    clock
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, ''),
  )
  for (const { definition, state } of made) {
    const { name } = definition
    const [earlier, after] = [before.get(name), countsOf(state)]
    const isLoss = earlier !== undefined && (isNews || after.items < earlier.items || after.versions < earlier.versions)
    const to = join(layout.cache, 'views', name)
    await replaceView(context, join(fresh, 'views', name), to, isLoss ? join(aside, name) : join(fresh, 'old', name))
    const kept = isLoss ? { kept: join(aside, name) } : {}
    views.push({ view: name, ...(earlier === undefined ? {} : { before: earlier }), after, ...kept })
    if (isLoss) problems.push(lossProblem(name, earlier, after, ids, join(aside, name)))
  }
  if (isAll) await tidy(dataset, context)
  await files.remove(fresh)
  return { views, problems }
}

/** Moves what is stored of a view aside, and the new in its place, while nobody else works on it. */
async function replaceView(context: Context, from: string, to: string, aside: string): Promise<void> {
  const { files } = context.system
  const move = (source: string, target: string): void => {
    files.makeFolder(target)
    for (const { name } of files.list(source)) {
      // Whoever waits for this view waits for that file.
      if (name !== 'lock') files.rename(join(source, name), join(target, name))
    }
  }
  await withStoreLock(to, context, () => {
    move(to, aside)
    move(from, to)
    return Promise.resolve()
  })
}

/** Removes what belongs to views that there are no more, and what was noted of parcels while the old ones were read. */
async function tidy({ layout, config }: Dataset, { system: { files } }: Context): Promise<void> {
  const views = join(layout.cache, 'views')
  for (const { name } of files.list(views)) {
    if (!config.views.some((view) => view.name === name)) await files.remove(join(views, name))
  }
  await files.remove(join(layout.cache, 'damaged'))
}

function lossProblem(
  view: string,
  before: ViewCounts,
  after: ViewCounts,
  damaged: readonly string[],
  kept: string,
): Problem {
  const fewer = (['items', 'versions'] as const)
    .filter((what) => after[what] < before[what])
    .map((what) => `${before[what] - after[what]} of ${before[what]} ${what}`)
  const what = fewer.length === 0 ? 'values may not be what they were' : `${fewer.join(' and ')} are gone from it`
  const why = damaged.length === 0 ? 'the parcels do not give them any more' : `because of ${sayFew(damaged)}`
  return {
    severity: 'error',
    code: 'corrupt',
    message: `view ${view}: ${what}, ${why}`,
    hint: `What the view was before is in ${kept}: its tables are Parquet, in the folder that \`current\` there names. When the parcels are mended, \`unsilo recover\` makes it whole again; remove that folder when you do not need it.`,
  }
}

function sayFew(ids: readonly string[]): string {
  const [first, ...others] = ids
  if (others.length === 0) return `${first}, which is damaged`
  const named = ids.slice(0, 5).join(', ')
  return `${named}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}, which are damaged`
}

function countsOf({ items, versions, absent, errors }: ViewCounts): ViewCounts {
  return { items, versions, absent, errors }
}
