import type { ItemPath } from '../system/item-path.ts'
import type { ViewConfig } from '../view/config.ts'
import type { ViewDefinition } from '../view/definition.ts'
import { viewMisfits } from '../view/misfits.ts'
import { publishViewMisfits } from '../view/publish/misfits.ts'
import type { Misfit } from '../source/misfit.ts'
import type { SourceConfig } from './source-config.ts'
import { type TomlValues, isTable } from './values.ts'

/** What in `[views]` does not go together, or does not go with the source. Values as written, or as checked. */
export function misfitsInViews({ views, source }: TomlValues): Misfit[] {
  if (!isTable(views)) return []
  const streams = isTable(source) && Array.isArray(source['streams']) ? source['streams'].filter(isTable) : []
  const around = { kind: isTable(source) ? source['kind'] : undefined, streams, views: Object.keys(views) }
  return Object.entries(views).flatMap(([name, view]) =>
    isTable(view)
      ? viewMisfits(view, around).map((misfit) => ({ ...misfit, path: ['views', name, ...misfit.path] }))
      : [],
  )
}

/** The same of `[publish_view]`. */
export function misfitsInPublishViews({ views, publish_view: blocks }: TomlValues): Misfit[] {
  if (!isTable(blocks)) return []
  const names = isTable(views) ? Object.keys(views) : []
  return Object.entries(blocks).flatMap(([name, block]) =>
    isTable(block)
      ? publishViewMisfits(block, names).map((misfit) => ({ ...misfit, path: ['publish_view', name, ...misfit.path] }))
      : [],
  )
}

/** The views of a dataset, complete, in the order of the file. */
export function viewDefinitions(
  views: Readonly<Record<string, ViewConfig>>,
  source: SourceConfig | undefined,
): ViewDefinition[] {
  return Object.entries(views).map(([name, view]) => viewDefinition(name, view, source))
}

function viewDefinition(name: string, view: ViewConfig, source: SourceConfig | undefined): ViewDefinition {
  const stream =
    view.stream !== undefined && source?.kind === 'rest'
      ? source.streams.find((one) => one.name === view.stream)
      : undefined
  const { newest, by } = stream?.window ?? {}
  const window = view.window ?? (newest === undefined ? 'all' : { newest, by })
  const { mark, parcels, days } = view.absent ?? {}
  // What was asked for since a cursor, or is deleted by us once we have it, was not taken away by anybody.
  const isDrained = source?.kind === 'rest' && source.drain?.stream === view.stream
  const showsAll = window === 'all' && stream?.cursor === undefined && stream?.stop === undefined && !isDrained
  return {
    name,
    items: listOf(view.items ?? stream?.items),
    stream: view.stream,
    table: view.table,
    sql: view.sql,
    element: view.element,
    files: view.files,
    csv: view.csv,
    key: keyOf(view.key) ?? stream?.key ?? 'hash',
    // The records of two parents may have the same keys.
    parents: view.key === undefined && stream?.groupNames.length !== 0 ? stream?.groupNames : undefined,
    pick: view.pick,
    prefer: view.prefer,
    ignore: listOf(view.ignore) ?? [],
    window,
    absent: {
      mark: mark ?? (showsAll || parcels !== undefined || days !== undefined),
      parcels: parcels ?? 1,
      days: days ?? 0,
    },
    feed: feedOf(view.feed),
    columns: view.columns,
    checks: view.checks,
    decrypt: view.decrypt,
  }
}

function keyOf(key: ViewConfig['key']): ViewDefinition['key'] | undefined {
  if (key === undefined) return undefined
  return Array.isArray(key) || key.text !== 'hash' ? listOf(key) : 'hash'
}

function listOf<Path extends ItemPath>(value: Path | Path[] | undefined): Path[] | undefined {
  return value === undefined || Array.isArray(value) ? value : [value]
}

function feedOf(feed: ViewConfig['feed']): ViewDefinition['feed'] {
  if (feed === undefined) return undefined
  const { time, title, text, url } = feed
  return { time, ...(title && { title }), ...(text && { text }), ...(url && { url }) }
}
