import { join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { datasetFileName, findDatasets, shownPath } from '../config/find-datasets.ts'
import { findRoot } from '../config/find-root.ts'
import { type LoadedConfig, loadDatasets } from '../config/load.ts'
import { configError, sayProblem } from '../config/problem.ts'
import { type Context, type Dataset, type Problem, openDataset } from '../dataset/dataset.ts'
import { queryMirror } from '../dataset/views/query-mirror.ts'
import { definitionOf } from '../dataset/views/views.ts'
import { type ErrorCode, UnsiloError } from '../errors.ts'
import { readTime } from '../parcel/read-time.ts'
import { realSystem } from '../system/system.ts'
import { jsValue } from './js-value.ts'
import type { AnyViews, MirrorOptions } from './open-mirror.ts'
import { presentViews } from './ready.ts'
import type { SearchHit } from './search/hit.ts'
import { searchFeeds } from './search/search.ts'
import { type MirrorView, type ViewSurroundings, openView } from './view.ts'

export interface MirrorDataset<Views extends object = Record<string, unknown>> {
  readonly name: string
  views(): MirrorView[]
  /** @throws UnsiloError `not-found` */
  view<Name extends keyof Views & string>(name: Name): MirrorView<Views[Name]>
}

export interface QueryOptions {
  /** Ends the question, with an error. */
  signal?: AbortSignal
}

export interface MirrorSearchOptions extends QueryOptions {
  /** Only in these datasets. */
  datasets?: readonly string[]
  /** At most so many, the newest. Default: all. */
  limit?: number
  /** Only what happened from then on, and up to then: a Date, or text like `2026-03-01` or `2026-03-01T18:00Z`. */
  since?: Date | string
  until?: Date | string
}

/** The views of a root. Any number of readings may go on at the same time; to leave a loop ends its reading. */
export interface Mirror<Views extends object = AnyViews> extends AsyncDisposable {
  /** The root folder, absolute. */
  readonly root: string
  /** What is wrong with datasets that cannot be used, in words. */
  readonly problems: readonly string[]
  /** Those that can be used, in the order of their names. */
  datasets(): MirrorDataset[]
  /** @throws UnsiloError `not-found`, with the nearest name; `config` when its configuration is wrong */
  dataset<Name extends keyof Views & string>(
    name: Name,
  ): MirrorDataset<Views[Name] extends object ? Views[Name] : Record<string, unknown>>
  /** Asks all views in SQL, as `unsilo query` does; rows come as objects. @throws UnsiloError `query` */
  query<Row = Record<string, unknown>>(sql: string, options?: QueryOptions): AsyncIterable<Row>
  /** Looks for a text in all views with a `feed`, the newest first. @throws UnsiloError `usage`, `config` */
  search(text: string, options?: MirrorSearchOptions): AsyncIterable<SearchHit>
  /** Ends what is still being read. */
  close(): Promise<void>
}

/** @throws UnsiloError `not-found`, `config` */
export async function mirrorOf<Views extends object>(
  root: string | undefined,
  { update = true, onProblem = throwProblem }: MirrorOptions,
): Promise<Mirror<Views>> {
  const system = realSystem
  const cwd = process.cwd()
  const path = findRoot(system.files, { option: root, environment: readEnvironment().root, cwd })
  const loaded = await loadDatasets(system.files, path, [], cwd)
  // Without the root's own configuration, no dataset is what its user meant.
  if (loaded.root.targets === undefined) throw configError(loaded.problems)
  const opened = loaded.datasets.map(openDataset)
  const closing = new AbortController()

  const contextFor = (signal: AbortSignal | undefined): Context => {
    closing.signal.throwIfAborted()
    return {
      system,
      signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, interruptOf(signal)]),
    }
  }
  const mirrorDataset = (dataset: Dataset): MirrorDataset => {
    const surroundings: ViewSurroundings = { dataset, contextFor, update, onProblem }
    return {
      name: dataset.name,
      views: () => dataset.config.views.map((definition) => openView(definition, surroundings)),
      view: (name) => openView(definitionOf(dataset, name), surroundings),
    }
  }
  const named = (name: string): Dataset => opened.find((one) => one.name === name) ?? throwUnusable(name, path, loaded)

  async function* query(sql: string, { signal }: QueryOptions = {}): AsyncGenerator<Record<string, unknown>> {
    const question = await queryMirror(sql, opened, contextFor(signal), {
      onProblem,
      ...(update ? {} : { ready: presentViews }),
    })
    try {
      const { columns, batches } = await question.ask()
      for await (const rows of batches()) {
        for (const row of rows) {
          yield Object.fromEntries(
            row.map((cell, index) => [columns[index]!.name, jsValue(cell, columns[index]!.type)]),
          )
        }
      }
    } finally {
      question.close()
    }
  }

  async function* search(text: string, options: MirrorSearchOptions = {}): AsyncGenerator<SearchHit> {
    const { datasets, limit, since, until, signal } = options
    yield* searchFeeds(text, datasets?.map(named) ?? opened, contextFor(signal), {
      limit,
      since: typeof since === 'string' ? readTime(since, 'start') : since,
      until: typeof until === 'string' ? readTime(until, 'end') : until,
      update,
      onProblem,
    })
  }

  const close = (): Promise<void> => {
    closing.abort(new UnsiloError('usage', 'the mirror is closed', { hint: 'Open it again, or close it later.' }))
    return Promise.resolve()
  }
  return {
    root: path,
    problems: loaded.problems.map(sayProblem),
    datasets: () => opened.map(mirrorDataset),
    // What the views hold is what the caller says they do.
    dataset: ((name: string) => mirrorDataset(named(name))) as Mirror<Views>['dataset'],
    query: query as Mirror['query'],
    search,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Aborts when a signal does, whatever its reason, with the error that all of unsilo has for it. */
function interruptOf(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = (): void => controller.abort(new UnsiloError('cancelled', 'interrupted', { cause: signal.reason }))
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return controller.signal
}

function throwUnusable(name: string, root: string, { problems }: LoadedConfig): never {
  const { files } = realSystem
  // Throws for a name that is none, and says which is the nearest.
  const [place] = findDatasets(files, root, [name], root)
  const file = shownPath(root, join(place!.path, datasetFileName))
  const own = problems.filter((problem) => problem.file === file)
  if (own.length > 0) throw configError(own)
  throw new UnsiloError('not-found', `${name} was not there when the mirror was opened`, { hint: 'Open it again.' })
}

function throwProblem(dataset: string, { code, message, hint }: Problem): never {
  throw new UnsiloError(code as ErrorCode, `${dataset}: ${message}`, hint === undefined ? {} : { hint })
}
