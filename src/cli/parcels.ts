import type { Colors } from 'picocolors/types.js'
import { sayRecord } from '../dataset/drain-ledger.ts'
import type { ToldState } from '../dataset/history.ts'
import {
  type LedgerLine,
  type ParcelDetails,
  type ParcelSummary,
  ledgerOf,
  listSummaries,
  packProblems,
  readLogs,
  showParcel,
} from '../dataset/show.ts'
import { parseParcelId } from '../parcel/id.ts'
import { textTable } from '../report/table.ts'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { tellProblems } from './tell-problems.ts'

export async function parcels(args: { dataset: string; all?: boolean }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const found = listSummaries(dataset, app.context, args.all === true)
  if (app.json) app.printJson({ dataset: dataset.name, parcels: found })
  else if (found.length === 0)
    app.print(`${dataset.name} has no parcels yet; \`unsilo export ${dataset.name}\` makes one.`)
  else app.print(parcelTable(found, app.colors.out))
  if (!app.json) tellProblems(app, dataset.name, packProblems(dataset, app.context))
  return ExitCode.ok
}

function parcelTable(found: readonly ParcelSummary[], colors: Colors): string {
  const isHere = ({ state }: ParcelSummary): boolean => state === 'good' || state === 'suspect'
  const isCopied = found.some((parcel) => (parcel.copies ?? 0) > (isHere(parcel) ? 1 : 0))
  const head = ['PARCEL', 'STATE', 'FILES', 'SIZE', ...(isCopied ? ['COPIES'] : []), ''].map((text) => ({
    text,
    right: ['FILES', 'SIZE', 'COPIES'].includes(text),
    paint: colors.dim,
  }))
  const rows = found.map((parcel) => [
    { text: parcel.id },
    { text: parcel.state, paint: paintFor(parcel.state, colors) },
    { text: parcel.files === undefined ? '' : String(parcel.files), right: true },
    { text: parcel.bytes === undefined ? '' : saySize(parcel.bytes), right: true },
    ...(isCopied ? [{ text: parcel.copies === undefined ? '' : String(parcel.copies), right: true }] : []),
    { text: parcel.because ?? '', paint: colors.dim },
  ])
  return textTable([head, ...rows])
}

function paintFor(state: ToldState, colors: Colors): (text: string) => string {
  if (state === 'good') return colors.green
  if (['failed', 'gone', 'damaged', 'unreadable'].includes(state)) return colors.red
  return state === 'suspect' ? colors.yellow : colors.dim
}

export async function show(args: { dataset: string; parcel: string }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const found = showParcel(dataset, app.context, parseParcelId(args.parcel))
  if (app.json) app.printJson({ dataset: dataset.name, ...found })
  else app.print(detailText(found, app.colors.out))
  return ExitCode.ok
}

function detailText(found: ParcelDetails, colors: Colors): string {
  const lines: [string, string | undefined][] = [
    ['parcel', found.id],
    ['state', found.state],
    ['because', found.because],
    ['next', found.hint],
    ['warnings', found.warnings?.join('\n          ')],
    ['data', found.path],
    ['pack', found.pack],
    [
      'size',
      found.bytes === undefined
        ? undefined
        : `${saySize(found.bytes)} in ${found.files} file${found.files === 1 ? '' : 's'}`,
    ],
    ['sha256', found.sha256],
    ['from', found.from],
    ['took', found.durationMs === undefined ? undefined : sayDuration(found.durationMs)],
    ['tries', found.tries === undefined ? undefined : String(found.tries)],
    ...Object.entries(found.metrics)
      .filter(([name]) => !['parcel_id', 'success', 'files', 'bytes'].includes(name))
      .map(([name, value]): [string, string] => [name, value]),
    ['copies', copyLines(found).join('\n          ')],
    ['logs', found.logs.length === 0 ? undefined : found.logs.join('\n          ')],
  ]
  const given = lines.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== '')
  return given.map(([name, value]) => `${colors.dim(name.padEnd(8))}  ${value}`).join('\n')
}

/** Nothing where there is only the parcel itself, which was never read again. */
function copyLines({ places }: ParcelDetails): string[] {
  if (!places.some(({ target, how }) => target !== undefined || how === 'verified')) return []
  return places.map(({ target, path, checkedAt, how, ok, faults = [] }) => {
    const where = target === undefined ? 'here' : `${target}: ${path!}`
    if (checkedAt === undefined) return where
    const verdict = ok ? how! : `DAMAGED: ${faults.join('; ')}`
    return `${where}, ${checkedAt.slice(0, 16).replace('T', ' ')} UTC ${verdict}`
  })
}

export async function log(args: { dataset: string; parcel?: string }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  if (args.parcel === undefined) {
    const entries = ledgerOf(dataset, app.context)
    if (app.json) app.printJson({ dataset: dataset.name, ledger: entries })
    else app.print(entries.map((entry) => ledgerLine(entry)).join('\n') || 'Nothing has happened yet.')
    return ExitCode.ok
  }
  const id = parseParcelId(args.parcel)
  const logs = readLogs(dataset, app.context, id)
  if (app.json) app.printJson({ dataset: dataset.name, parcel: id, ...logs })
  else {
    const { dim } = app.colors.out
    if (logs.out !== '') app.print(`${dim(`--- ${id}.out`)}\n${logs.out}`)
    if (logs.err !== '') app.print(`${dim(`--- ${id}.err`)}\n${logs.err}`)
    if (logs.out === '' && logs.err === '') app.print('Nothing was printed.')
  }
  return ExitCode.ok
}

function ledgerLine(entry: LedgerLine): string {
  const time = `${entry.at.slice(0, 19).replace('T', ' ')} UTC`
  return `${time}  ${entry.event.padEnd(8)}  ${(entry.parcel ?? '').padEnd(18)}  ${detailOf(entry)}`.trimEnd()
}

function detailOf(entry: LedgerLine): string {
  switch (entry.event) {
    case 'started':
      return entry.from === undefined ? '' : `ingest of ${entry.from}`
    case 'sealed':
      return `${entry.state}${entry.doubts === undefined ? '' : `: ${entry.doubts.join('; ')}`}, ${saySize(entry.bytes)}`
    case 'failed':
    case 'skipped':
    case 'refused':
      return entry.reason
    case 'parked':
      return `${entry.reason}${entry.until === undefined ? '' : `; goes on after ${entry.until}`}`
    case 'pruned':
    case 'thinned':
    case 'emptied':
      return Object.entries(entry.removed)
        .map(([id, reason]) => `${id} (${reason})`)
        .join(', ')
    case 'published':
      return `to ${entry.target}, ${saySize(entry.bytes)}, ${entry.how}`
    case 'withdrawn':
      return `from ${entry.target}: ${entry.because}`
    case 'verified':
      return `${entry.target === undefined ? 'here' : `at ${entry.target}`}: ${entry.ok ? `good, ${saySize(entry.bytes)}` : (entry.faults ?? []).join('; ')}`
    case 'restored':
      return `from ${entry.target}: ${sayCount(entry.parcels, 'parcel')}${sayLost(entry.lost)}`
    case 'intent':
      return `${entry.stream}: ${entry.records.map(({ request }) => request).join(', ')}`
    case 'done':
      return `${entry.stream}: ${entry.alarm ?? entry.records.map(sayDone).join(', ')}`
    case 'accepted':
    case 'resumed':
    case 'untrashed':
      return ''
    case 'packed':
      return `${entry.pack}: ${sayCount(entry.parcels.length, 'parcel')}, ${saySize(entry.bytes)}`
    case 'unpacked':
      return `from ${entry.pack}: ${entry.parcels.join(', ')}`
    case 'checked':
      return `${sayCount(entry.rules, 'rule')}, ${entry.failures} failed${entry.failed.map(({ message }) => `; ${message}`).join('')}`
    case 'written':
      return `${entry.name}: ${sayCount(entry.files, 'file')}, ${saySize(entry.bytes)}${entry.failed === undefined ? '' : `; failed: ${entry.failed}`}`
    default:
      // A later version wrote it.
      return ''
  }
}

function sayCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function sayLost(lost: Record<string, string>): string {
  const told = Object.entries(lost).map(([id, reason]) => `${id} (${reason})`)
  return told.length === 0 ? '' : `; lost: ${told.join(', ')}`
}

type DoneRecord = Extract<LedgerLine, { event: 'done' }>['records'][number]

function sayDone({ status, gone, kept, ...record }: DoneRecord): string {
  const how = kept === undefined ? (gone === true ? 'gone' : 'deleted') : `kept, ${kept}`
  return `${sayRecord(record)} ${how}${status === undefined ? '' : ` (${status})`}`
}
