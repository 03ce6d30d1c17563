import { type History, type ParcelRecord, isEvent } from '../../dataset/history.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import type { MetricTable } from '../../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import type { Point } from './baseline.ts'
import type { Sight } from './stillness.ts'

/** So far back it is looked at what is usual. */
const mostParcels = 40
const mostSights = 400
/** What has changed is told until so many good parcels have followed: then it is usual. */
export const toldParcels = 10

/** The newest parcel of which the user has said that it is good: what was unusual up to then is known. */
function acceptedUpTo({ parcels }: Pick<History, 'parcels'>): ParcelId {
  return parcels.findLast(({ accepted }) => accepted)?.id ?? ''
}

/** Whether a change is still told: neither accepted nor followed by enough parcels. @param since The parcel that shows it. */
export function isStillTold(history: Pick<History, 'parcels'>, since: ParcelId): boolean {
  if (since <= acceptedUpTo(history)) return false
  let after = 0
  for (let index = history.parcels.length - 1; index >= 0; index--) {
    const { id, state } = history.parcels[index]!
    if (id <= since) return true
    if (state === 'good' && ++after >= toldParcels) return false
  }
  return true
}

/**
 * The numbers of good parcels up to the newest one, by name: of the metrics, and the records of streams. Those that are pruned count.
 * Before the last parcel that the user has accepted another thing may have been usual.
 */
export function figuresOf(history: History, table: MetricTable, ledger: string): Map<string, Point[]> {
  const found = new Map<string, Point[]>()
  const newest = history.newestGood
  if (newest === undefined) return found
  const from = acceptedUpTo(history)
  const add = (name: string, time: number, value: number): void => {
    const point = { time, value }
    const points = found.get(name)
    if (points === undefined) found.set(name, [point])
    else points.push(point)
  }
  const ids: ParcelId[] = []
  for (let index = history.parcels.length - 1; index >= 0 && ids.length < mostParcels; index--) {
    const parcel = history.parcels[index]!
    if (parcel.id < from) break
    if (parcel.id <= newest.id && wasGood(parcel, table)) ids.push(parcel.id)
  }
  const isPart = newest.ended?.line.includes('"holds":"part"') === true
  for (const id of ids.toReversed()) {
    const time = parcelTime(id).getTime()
    for (const [name, cell] of Object.entries(table.rows.get(id) ?? {})) {
      // What a parcel leaves out says nothing of what there is.
      if (name === 'parcel_id' || name === 'success' || (isPart && (name === 'bytes' || name === 'files'))) continue
      const value = cell === '' ? NaN : Number(cell)
      if (Number.isFinite(value)) add(name, time, value)
    }
    const ended = history.get(id)?.ended
    if (!isEvent(ended, 'sealed') || !ended.line.includes('"records":{')) continue
    for (const [stream, count] of Object.entries(detailsOf(ended, ledger).records ?? {}))
      add(`records of ${stream}`, time, count)
  }
  for (const [name, points] of found) {
    // What the newest parcel does not have cannot be judged in it.
    if (points.at(-1)!.time !== parcelTime(newest.id).getTime()) found.delete(name)
  }
  return found
}

function wasGood({ id, state, accepted, ended }: ParcelRecord, { rows }: MetricTable): boolean {
  if (state === 'good') return true
  if (!['pruned', 'trashed', 'thinned'].includes(state)) return false
  return isEvent(ended, 'sealed') ? ended.state === 'good' || accepted : rows.get(id)?.['success'] === 'Y'
}

/** The hashes of good parcels, oldest first; no more than say that the content has changed, where the newest is not like the last. */
export function hashesOf({ parcels }: Pick<History, 'parcels'>, table: MetricTable): Sight[] {
  const found: Sight[] = []
  for (let index = parcels.length - 1; index >= 0 && found.length < mostSights; index--) {
    const parcel = parcels[index]!
    const sha256 = shaOf(parcel)
    if (sha256 === undefined || !wasGood(parcel, table)) continue
    found.push({ parcel: parcel.id, shown: sha256 })
    if (found.length === 2 && found[0]!.shown !== sha256) break
  }
  return found.reverse()
}

/**
 * The largest value of a stream's cursor, or id, as the ledger tells it of good parcels, oldest first; no more than say that it has
 * grown, where the newest is not like the last.
 */
export function newestRecordsOf({ parcels }: Pick<History, 'parcels'>, table: MetricTable, stream: string): Sight[] {
  const found: Sight[] = []
  const key = `${JSON.stringify(stream)}:`
  for (let index = parcels.length - 1; index >= 0 && found.length < mostSights; index--) {
    const parcel = parcels[index]!
    const shown = valueAfter(parcel, '"newest":{', key)
    if (shown === undefined || !wasGood(parcel, table)) continue
    found.push({ parcel: parcel.id, shown })
    if (found.length === 2 && found[0]!.shown !== shown) break
  }
  return found.reverse()
}

/** The text that stands in an object of the line, without parsing all of it: a quote inside of a JSON text is escaped. */
function valueAfter({ ended }: ParcelRecord, object: string, key: string): string | undefined {
  if (!isEvent(ended, 'sealed')) return undefined
  const begin = ended.line.indexOf(object)
  const at = begin < 0 ? -1 : ended.line.indexOf(key, begin)
  const text = at < 0 ? undefined : /^"(?:[^"\\]|\\.)*"/.exec(ended.line.slice(at + key.length))?.[0]
  return text === undefined ? undefined : (JSON.parse(text) as string)
}

const shaKey = '"sha256":"'

/** Without parsing the line: a quote inside of a JSON text is escaped, so this can be nothing but a key. */
function shaOf({ ended }: ParcelRecord): string | undefined {
  if (!isEvent(ended, 'sealed')) return undefined
  const at = ended.line.indexOf(shaKey) + shaKey.length
  return ended.line.slice(at, ended.line.indexOf('"', at))
}

/** A metric as good parcels show it, oldest first; empty cells are left out. */
export function cellsOf({ parcels }: Pick<History, 'parcels'>, table: MetricTable, metric: string): Sight[] {
  const found: Sight[] = []
  for (let index = parcels.length - 1; index >= 0 && found.length < mostSights; index--) {
    const parcel = parcels[index]!
    const shown = wasGood(parcel, table) ? (table.rows.get(parcel.id)?.[metric] ?? '') : ''
    if (shown !== '' && shown !== 'ERROR') found.push({ parcel: parcel.id, shown })
  }
  return found.reverse()
}
