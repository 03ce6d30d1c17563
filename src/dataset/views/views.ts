import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { type ParcelId, parcelIdAt } from '../../parcel/id.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { type ParcelVersions, readVersions } from '../../view/store/read-versions.ts'
import { type StoredView, type UpdatedView, updateView, updateViewState } from '../../view/store/update.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { type History, readHistory, sealedParcels } from '../history.ts'
import { unreadProblems } from '../packs/unread.ts'
import { type ViewLender, openLenderAhead } from './lend-ahead.ts'
import { viewParcels } from './view-parcels.ts'

/** A view of a dataset, up to date. */
export interface DatasetView extends UpdatedView {
  dataset: string
  definition: ViewDefinition
}

function storedView(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  history: History,
  lender: ViewLender,
): StoredView {
  return {
    folder: join(dataset.layout.cache, 'views', definition.name),
    definition,
    parcels: viewParcels(dataset, context, history, definition, lender),
  }
}

/** Brings one view up to date. */
export async function readyView(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  history: History = readHistory(context.system.files, dataset.layout),
  withHistory = true,
): Promise<DatasetView> {
  context.onProgress?.({ dataset: dataset.name, step: 'viewing', note: definition.name })
  return updated(dataset, context, definition, history, { withHistory })
}

/** The view as it was at a time: made of the parcels up to then. */
export async function readyViewAt(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  time: Date,
): Promise<DatasetView> {
  const history = readHistory(context.system.files, dataset.layout)
  const latest = parcelIdAt(time)
  return readyViewOf(dataset, context, definition, history, (id) => id <= latest)
}

/** The view as it would be if these were all of its parcels. */
export async function readyViewOf(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  history: History,
  isWanted: (id: ParcelId) => boolean,
): Promise<DatasetView> {
  return updated(dataset, context, definition, history, { isShown: ({ id }) => isWanted(id) })
}

function openViewLender(dataset: Dataset, context: Context, history: History): ViewLender {
  const parcels = sealedParcels(history).map(({ stored }) => stored)
  return openLenderAhead(dataset, context, parcels)
}

/** Parcels that are in packs are read from there. */
async function updated(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  history: History,
  options: Parameters<typeof updateView>[2],
): Promise<DatasetView> {
  const lender = openViewLender(dataset, context, history)
  try {
    const view = storedView(dataset, context, definition, history, lender)
    return { ...(await updateView(view, context, options)), dataset: dataset.name, definition }
  } finally {
    await lender.close()
  }
}

/** Which versions of its items each parcel has, oldest parcel first. */
export async function* versionsOf(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  history: History,
): AsyncGenerator<ParcelVersions> {
  const lender = openViewLender(dataset, context, history)
  try {
    yield* readVersions(storedView(dataset, context, definition, history, lender), context)
  } finally {
    await lender.close()
  }
}

/** Brings views of a dataset up to date; one that fails never stops the others. */
export function readyViews(
  dataset: Dataset,
  context: Context,
  definitions: readonly ViewDefinition[] = dataset.config.views,
  history: History = readHistory(context.system.files, dataset.layout),
  /** Whether the table of its history is needed: a question may do without. */
  withHistory: (definition: ViewDefinition) => boolean = () => true,
): Promise<{ views: DatasetView[]; problems: Problem[] }> {
  return eachView(dataset, history, definitions, (one) => readyView(dataset, context, one, history, withHistory(one)))
}

/** What there is to say of a view of a dataset as a whole, up to date. */
export type DatasetViewState = Pick<DatasetView, 'dataset' | 'definition' | 'state'>

/** The same without their tables, which takes a fraction of the time. */
export function viewStates(
  dataset: Dataset,
  context: Context,
): Promise<{ views: DatasetViewState[]; problems: Problem[] }> {
  const history = readHistory(context.system.files, dataset.layout)
  return eachView(dataset, history, dataset.config.views, async (definition) => {
    context.onProgress?.({ dataset: dataset.name, step: 'viewing', note: definition.name })
    const lender = openViewLender(dataset, context, history)
    try {
      const view = storedView(dataset, context, definition, history, lender)
      const state = await updateViewState(view, context)
      return { dataset: dataset.name, definition, state }
    } finally {
      await lender.close()
    }
  })
}

async function eachView<View>(
  dataset: Dataset,
  history: History,
  definitions: readonly ViewDefinition[],
  ready: (definition: ViewDefinition) => Promise<View>,
): Promise<{ views: View[]; problems: Problem[] }> {
  const views: View[] = []
  const problems = unreadProblems(dataset, history)
  for (const definition of definitions) {
    try {
      views.push(await ready(definition))
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
      const { code, message, hint } = error
      problems.push({ severity: 'warning', code, message: `view ${definition.name}: ${message}`, hint })
    }
  }
  return { views, problems }
}

/** @throws UnsiloError `not-found` */
export function definitionOf({ name, config }: Dataset, view: string): ViewDefinition {
  const found = config.views.find((definition) => definition.name === view)
  if (found !== undefined) return found
  const names = config.views.map((definition) => `${name}/${definition.name}`)
  throw new UnsiloError('not-found', `${name} has no view ${view}`, {
    hint:
      names.length === 0
        ? `Define one in its config.toml: [views.${view}].`
        : `There ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}.`,
  })
}
