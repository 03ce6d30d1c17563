import { join } from 'node:path'
import type { Context, Dataset, Problem } from '../dataset/dataset.ts'
import { type DatasetView, readyView, readyViewAt } from '../dataset/views/views.ts'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { readTime } from '../parcel/read-time.ts'
import type { ViewDefinition } from '../view/definition.ts'
import { openTables } from '../view/store/table-folder.ts'

export interface ReadyOptions {
  /** The view as it was then: a Date, or text as `unsilo items --as-of` takes it. */
  asOf?: Date | string | undefined
  /** False: as it was made last, whatever parcels have come since. */
  update?: boolean | undefined
  /** False: the table of its history is not needed. Default: it is. */
  withHistory?: boolean
}

/**
 * The tables of a view, brought up to date first.
 *
 * @throws UnsiloError; `not-found` for a view that was never made and is not to be
 */
export async function readyTables(
  dataset: Dataset,
  context: Context,
  definition: ViewDefinition,
  { asOf, update = true, withHistory = true }: ReadyOptions,
): Promise<DatasetView> {
  if (asOf !== undefined) {
    const time = typeof asOf === 'string' ? readTime(asOf, 'end') : asOf
    return readyViewAt(dataset, context, definition, time)
  }
  return update
    ? readyView(dataset, context, definition, undefined, withHistory)
    : presentView(dataset, context, definition, withHistory)
}

/** Views as they were made last; one that was never made is a problem. */
export function presentViews(
  dataset: Dataset,
  context: Context,
  definitions: readonly ViewDefinition[],
  withHistory: (definition: ViewDefinition) => boolean,
  isSure: boolean,
): Promise<{ views: DatasetView[]; problems: Problem[] }> {
  const views: DatasetView[] = []
  const problems: Problem[] = []
  for (const definition of definitions) {
    try {
      views.push(presentView(dataset, context, definition, isSure && withHistory(definition)))
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      problems.push({ severity: 'warning', code, message, hint })
    }
  }
  return Promise.resolve({ views, problems })
}

/** The file `current` names the folder with the tables: see docs/views.md. */
function presentView(
  { name, layout }: Dataset,
  { system }: Context,
  definition: ViewDefinition,
  withHistory: boolean,
): DatasetView {
  const folder = join(layout.cache, 'views', definition.name)
  const current = system.files.readText(join(folder, 'current'))?.trim()
  const found = current && openTables(system.files, join(folder, current), definition.name)
  if (found && (found.hasHistory || !withHistory)) return { ...found, dataset: name, definition, read: [] }
  const what = found ? 'the history of ' : ''
  throw new UnsiloError('not-found', `${what}${name}/${definition.name} has not been made yet`, {
    hint: `Leave out \`update: false\`, or run \`unsilo items ${name}/${definition.name}\` before.`,
  })
}
