import type { Context, Dataset, Problem } from '../../dataset/dataset.ts'
import { type OnProblem, queryView } from '../../dataset/views/query-mirror.ts'
import { type DatasetView, readyView } from '../../dataset/views/views.ts'
import { UnsiloError } from '../../errors.ts'
import { parseExactly } from '../exact-json.ts'
import { shownItems } from '../shown-items.ts'
import { itemTable, openViewRows } from '../view-rows.ts'
import type { ViewShape } from './print-types.ts'
import { Shape } from './shape.ts'

/**
 * The types of all views, from every version of every item that is kept. A view that cannot be read is told, and has no shape.
 */
export async function viewShapes(
  datasets: readonly Dataset[],
  context: Context,
  onProblem: OnProblem,
): Promise<ViewShape[]> {
  const shapes: ViewShape[] = []
  for (const dataset of datasets) {
    for (const definition of dataset.config.views) {
      const named = { dataset: dataset.name, view: definition.name }
      try {
        const view = await readyView(dataset, context, definition)
        const shape = await shapeOf(dataset, view, context, (problem) => onProblem(dataset.name, problem))
        shapes.push({ ...named, shape, from: view.state.from, to: view.state.to })
      } catch (error) {
        if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
        const { code, message, hint } = error
        onProblem(dataset.name, { severity: 'warning', code, message: `view ${definition.name}: ${message}`, hint })
        shapes.push({ ...named, shape: undefined, from: undefined, to: undefined })
      }
    }
  }
  return shapes
}

async function shapeOf(
  dataset: Dataset,
  view: DatasetView,
  context: Context,
  onProblem: (problem: Problem) => void,
): Promise<Shape> {
  const { definition } = view
  const shape = new Shape()
  const rows = await openViewRows(await queryView(dataset, context, view, onProblem), context.system, context.signal)
  try {
    for await (const [item] of rows.ask(`SELECT item FROM ${itemTable}_history WHERE kind <> 'absent'`)) {
      shape.add(parseExactly(String(item)))
    }
    // What is ignored has other values than in any version.
    if (definition.ignore.length > 0 || Object.keys(definition.prefer).length > 0) {
      const shown = shownItems(rows, definition, { includeAbsent: true, isExact: true })
      for await (const { raw } of shown) shape.add(raw)
    }
    return shape
  } finally {
    rows.close()
  }
}
