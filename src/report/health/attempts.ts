import type { Dataset } from '../../dataset/dataset.ts'
import { type History, type ParcelRecord, failuresSinceGood, isEvent } from '../../dataset/history.ts'
import { hasSource } from '../../dataset/source.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import type { MetricTable } from '../../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import { sayDuration } from '../../system/duration.ts'
import { type Warning, warningOf } from '../warnings.ts'
import { linkHint } from './late.ts'

/** No good parcel, a newest attempt that failed, a newest parcel that is suspect. */
export function successWarnings(dataset: Dataset, history: History, now: Date): Warning[] {
  const { newest, newestGood } = history
  const failures = failuresSinceGood(history, now).filter(
    ({ id }) => id !== newest?.id || newest.state !== 'unfinished',
  )
  const warnings = failures.length === 0 ? neverWarnings(dataset, history) : []
  const last = failures.at(-1)
  if (last === undefined || newest === undefined) return warnings
  const none = newestGood === undefined ? 'there is no good parcel; ' : ''
  const since = parcelTime(failures[0]!.id).toISOString()
  if (last.state === 'suspect') {
    const sealed = isEvent(last.ended, 'sealed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    const { doubts = [], incomplete = [] } = sealed ?? {}
    warnings.push(
      warningOf(newestGood === undefined ? 'never' : 'suspect', {
        message: `${none}the newest parcel, ${ago(last.id, now)}, is suspect: ${doubts.join('; ')}`,
        hint:
          incomplete.length > 0
            ? `What is missing is asked for again by the next export; \`unsilo log ${dataset.name} ${last.id}\` tells more.`
            : `Look at it: \`unsilo show ${dataset.name} ${last.id}\`. If it is right: \`unsilo accept ${dataset.name} ${last.id}\`.`,
        since,
      }),
    )
  } else {
    const times = failures.length === 1 ? '' : `, ${failures.length} in a row`
    const failed = isEvent(last.ended, 'failed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    warnings.push(
      warningOf(newestGood === undefined ? 'never' : 'failing', {
        message: `${none}the newest export, ${ago(last.id, now)}${times}, failed: ${failed?.reason ?? 'it left nothing whole'}`,
        hint: failed?.hint ?? `\`unsilo log ${dataset.name} ${last.id}\` shows what it printed.`,
        since,
      }),
    )
  }
  return warnings
}

function neverWarnings(dataset: Dataset, { newest, newestGood, parcels }: History): Warning[] {
  const hasWork = hasSource(dataset) || dataset.config.ingest.paths.length > 0
  if (newestGood !== undefined || (!hasWork && parcels.length === 0)) return []
  const isUnended = newest?.state === 'unfinished' || newest?.state === 'parked'
  return [
    warningOf('never', {
      message: isUnended ? `there is no good parcel; ${sayUnended(dataset, newest)}` : 'there is no good parcel',
      hint: isUnended
        ? 'Wait until it has ended; if it was broken off, the next run sees to it.'
        : !hasSource(dataset)
          ? `${linkHint(dataset)}Put a file where ingest.paths finds it, then \`unsilo run\`.`
          : `Run \`unsilo export ${dataset.name}\`.`,
    }),
  ]
}

/** What is known of an export that has not ended. */
function sayUnended({ layout }: Dataset, parcel: ParcelRecord): string {
  if (!isEvent(parcel.parked, 'parked')) return 'an export has begun and not ended'
  const { reason, until } = detailsOf(parcel.parked, layout.ledger)
  return `an export waits${until === undefined ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`}: ${reason}`
}

/** A newest export by export_manager that failed and left nothing but its row of metrics, and logs. */
export function tracelessWarnings(dataset: Dataset, history: History, table: MetricTable, now: Date): Warning[] {
  const id = [...table.rows.keys()].at(-1) ?? ''
  if (id <= (history.newest?.id ?? '') || table.rows.get(id)?.['success'] !== 'N') return []
  return [
    warningOf('failing', {
      message: `the newest export, ${ago(id, now)}, failed: it left no data`,
      hint: `\`unsilo log ${dataset.name} ${id}\` shows what it printed.`,
      since: parcelTime(id).toISOString(),
    }),
  ]
}

function ago(id: ParcelId, now: Date): string {
  return `${sayDuration(Math.max(0, now.getTime() - parcelTime(id).getTime()))} ago`
}
