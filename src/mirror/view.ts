import type { Context, Dataset, Problem } from '../dataset/dataset.ts'
import { queryView } from '../dataset/views/query-mirror.ts'
import { UnsiloError } from '../errors.ts'
import type { StandardSchema } from '../system/standard-schema.ts'
import type { ViewDefinition } from '../view/definition.ts'
import type { Cell } from '../view/query/cell.ts'
import { sqlText } from '../view/sql-text.ts'
import type { ViewState } from '../view/store/state.ts'
import { parseExactly } from './exact-json.ts'
import type { InvalidItem, ItemError, ItemEvent, ValidItem } from './item.ts'
import { type ReadyOptions, readyTables } from './ready.ts'
import { shownItems, timeOf } from './shown-items.ts'
import { validated } from './validate.ts'
import { type ViewRows, itemTable, openViewRows } from './view-rows.ts'

export interface ReadOptions {
  /** False: the view as it was made last, whatever parcels have come since. Default: that of `openMirror`. */
  update?: boolean
  /** Ends the reading, with an error. */
  signal?: AbortSignal
}

export interface HistoryOptions extends ReadOptions {
  /** Whole numbers beyond 2^53 - 1 as bigints (default), or false: as JSON.parse has them, rounded. */
  bigint?: boolean
}

export interface ItemsOptions extends HistoryOptions {
  /** The view as it was then: a Date, or text like `2026-03-01` (its end) and `2026-03-01T18:00Z`. */
  asOf?: Date | string
  /** Also items that are gone. Default: false. */
  includeAbsent?: boolean
}

/** One view. Nothing is read before it is asked for, and each call reads what is there then. */
export interface MirrorView<Item = unknown> {
  readonly dataset: string
  readonly name: string
  /** Items as they are, unchecked: of the type that the caller says, or `unsilo types` has written. */
  items(schema?: undefined, options?: ItemsOptions): AsyncIterable<ValidItem<Item>>
  /** Items, checked by a schema: one that does not fit is yielded with what is wrong with it. */
  items<Value>(schema: StandardSchema<Value>, options?: ItemsOptions): AsyncIterable<ValidItem<Value> | InvalidItem>
  /** What became of one item, the oldest first. @throws UnsiloError `not-found` for a key that there never was */
  history(key: string, schema?: undefined, options?: HistoryOptions): AsyncIterable<ItemEvent<Item>>
  history<Value>(key: string, schema: StandardSchema<Value>, options?: HistoryOptions): AsyncIterable<ItemEvent<Value>>
  /** What could not be read of the parcels. */
  errors(options?: ReadOptions): AsyncIterable<ItemError>
  /** Counts, gaps, headroom and changes of format, as `unsilo views` shows them. */
  state(options?: ReadOptions): Promise<ViewState>
}

export interface ViewSurroundings {
  dataset: Dataset
  /** @throws UnsiloError `usage` when the mirror is closed */
  contextFor(signal: AbortSignal | undefined): Context
  update: boolean
  onProblem(dataset: string, problem: Problem): void
}

export function openView(definition: ViewDefinition, surroundings: ViewSurroundings): MirrorView {
  const { dataset, contextFor, update: mirrorUpdates, onProblem } = surroundings

  /** Opens the tables on the first row that is asked for, and closes them with the last one. */
  async function* reading<Row>(
    { signal, ...ready }: ReadyOptions & { signal?: AbortSignal | undefined },
    read: (rows: ViewRows) => AsyncGenerator<Row>,
  ): AsyncGenerator<Row> {
    const context = contextFor(signal)
    const found = await readyTables(dataset, context, definition, { update: mirrorUpdates, ...ready })
    const view = await queryView(dataset, context, { ...found, definition }, (problem) =>
      onProblem(dataset.name, problem),
    )
    const rows = await openViewRows(view, context.system, context.signal)
    try {
      yield* read(rows)
    } finally {
      rows.close()
    }
  }

  async function* items<Value>(
    schema?: StandardSchema<Value>,
    { includeAbsent = false, bigint: isExact = true, ...options }: ItemsOptions = {},
  ): AsyncGenerator<ValidItem<Value> | InvalidItem> {
    const shown = reading(options, (rows) => shownItems(rows, definition, { includeAbsent, isExact }))
    for await (const { key, raw, meta } of shown) {
      const checked = await validated(schema, raw)
      yield checked.ok
        ? { ok: true, key, value: checked.value, meta }
        : { ok: false, key, issues: checked.issues, raw: checked.raw, meta }
    }
  }

  async function* history<Value>(
    key: string,
    schema?: StandardSchema<Value>,
    { bigint: isExact = true, ...options }: HistoryOptions = {},
  ): AsyncGenerator<ItemEvent<Value>> {
    const sql = `SELECT kind, time, parcel, version, changed, item FROM ${itemTable}_history WHERE key = ${sqlText(key)} ORDER BY time`
    let isThere = false
    for await (const row of reading(options, (rows) => rows.ask(sql))) {
      isThere = true
      const [kind, time, parcel, version, changed, item] = row as [ItemEvent<Value>['kind'], ...Cell[]]
      yield {
        kind,
        time: timeOf(time)!,
        parcel: String(parcel),
        version: Number(version),
        changed: textsOf(changed),
        item: kind === 'absent' ? undefined : await validated(schema, parseExactly(String(item), isExact)),
      }
    }
    if (isThere) return
    throw new UnsiloError('not-found', `${dataset.name}/${definition.name} has no item ${key}`, {
      hint: 'The key is the `key` of an item, a text: of several fields, a JSON list.',
    })
  }

  async function* errors(options: ReadOptions = {}): AsyncGenerator<ItemError> {
    const sql = `SELECT parcel, file, path, problem FROM ${itemTable}_errors`
    for await (const [parcel, file, path, problem] of reading({ ...options, withHistory: false }, (rows) =>
      rows.ask(sql),
    )) {
      yield {
        parcel: String(parcel),
        file: String(file),
        path: path === null ? undefined : String(path),
        problem: String(problem),
      }
    }
  }

  return {
    dataset: dataset.name,
    name: definition.name,
    // The two forms of each are one: without a schema, all is valid.
    items: items as MirrorView['items'],
    history: history as MirrorView['history'],
    errors,
    async state({ signal, update = mirrorUpdates } = {}) {
      return (await readyTables(dataset, contextFor(signal), definition, { update, withHistory: false })).state
    },
  }
}

function textsOf(cell: Cell | undefined): string[] {
  return typeof cell === 'object' && cell !== null && 'items' in cell ? cell.items.map(String) : []
}
