import { checkMisfits } from './check/misfits.ts'

/** A view, or what is around it, as written or as checked: any value may still be of another type than it should be. */
type Written = Readonly<Record<string, unknown>>

interface Misfit {
  path: string[]
  message: string
  hint: string
}

/** What a view may be over. */
export interface ViewSurroundings {
  /** `kind` of the source; `undefined`: a command, or parcels that are ingested. */
  kind: unknown
  /** Of a REST source. */
  streams: readonly Written[]
  /** Names of all views of the dataset. */
  views: readonly string[]
}

/** Ways to say what the items are; of each pair only one may be used. */
const rivals = [
  ['table', 'sql'],
  ['table', 'items'],
  ['sql', 'items'],
  ['table', 'element'],
  ['sql', 'element'],
  ['items', 'element'],
  ['stream', 'table'],
  ['stream', 'sql'],
  ['stream', 'element'],
  ['stream', 'files'],
] as const

/** Keys of a view that do not go together, or have no use over that source. Paths start at the view. */
export function viewMisfits(view: Written, around: ViewSurroundings): Misfit[] {
  const { checks, columns } = view
  return [
    ...besideEachOther(view),
    ...overSource(view, around),
    ...withoutKey(view, around),
    ...unknownColumns(view),
    ...(isTable(checks)
      ? checkMisfits(checks, { columns: isTable(columns) ? columns : undefined, views: around.views })
      : []),
  ]
}

function besideEachOther(view: Written): Misfit[] {
  const found = rivals
    .filter(([one, other]) => view[one] !== undefined && view[other] !== undefined)
    .map(([one, other]) => ({
      path: [other],
      message: `has no use beside \`${one}\``,
      hint: 'Remove one of the two.',
    }))
  const absent = view['absent'] as Written | undefined
  if (absent?.['mark'] !== false) return found
  const idle = ['parcels', 'days'].filter((key) => absent[key] !== undefined)
  return [
    ...found,
    ...idle.map((key) => ({ path: ['absent', key], message: 'has no use with mark = false', hint: 'Remove it.' })),
  ]
}

function overSource({ stream, files, table, sql }: Written, { kind, streams }: ViewSurroundings): Misfit[] {
  const at = (message: string, hint: string): Misfit[] => [{ path: ['stream'], message, hint }]
  if (kind === 'sqlite' && table === undefined && sql === undefined) {
    return [{ path: [], message: 'has no `table`', hint: 'Name the table, or write a query as `sql`.' }]
  }
  if (kind !== 'rest') {
    if (stream === undefined) return []
    return at('has no use without a REST source', 'Say with `items` where the items are.')
  }
  const names = `There are: ${streams.map(({ name }) => String(name)).join(', ')}.`
  if (stream === undefined) return files === undefined ? [{ path: [], message: 'has no `stream`', hint: names }] : []
  if (typeof stream !== 'string') return []
  const meant = streams.find(({ name }) => name === stream)
  if (meant === undefined) return at(`there is no stream "${stream}"`, names)
  if (meant['format'] !== 'any') return []
  return at(`the answers of ${stream} are not looked into (format = "any")`, 'Read them with `files` instead.')
}

function withoutKey(view: Written, { streams }: ViewSurroundings): Misfit[] {
  const ownKey = streams.find(({ name }) => name === view['stream'])?.['key']
  if (view['key'] !== undefined || ownKey !== undefined) return []
  return [{ path: [], message: 'has no `key`', hint: 'Name the field that tells items apart, or write "hash".' }]
}

/** Where columns are named, there are no others. */
function unknownColumns({ columns, prefer, feed }: Written): Misfit[] {
  if (!isTable(columns)) return []
  const names = Object.keys(columns)
  const hint = `There are: ${names.join(', ')}.`
  const preferred = isTable(prefer) ? Object.keys(prefer).map((name) => ['prefer', name]) : []
  const fed = isTable(feed) ? Object.entries(feed).map(([role, name]) => ['feed', role, String(name)]) : []
  return [
    ...preferred.filter(([, name]) => !names.includes(name!)).map((path) => ({ path, message: 'is no column', hint })),
    ...fed
      .filter(([, , name]) => !names.includes(name!))
      .map(([table, role, name]) => ({ path: [table!, role!], message: `"${name}" is no column`, hint })),
  ]
}

function isTable(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
