import { riskCodes } from '../../errors.ts'
import type { Dataset } from '../../dataset/dataset.ts'
import { type History, failuresSinceGood, isEvent } from '../../dataset/history.ts'
import { hasSource } from '../../dataset/source.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import { type MetricTable, measuredParcels } from '../../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import { sayInstant } from '../../schedule/freshness.ts'
import { type Warning, warningOf } from '../warnings.ts'
import { linkHint } from './late.ts'
import { type Unended, type UnendedState, howToEnd, sayBegun, unendedState } from './unended.ts'

/**
 * No good parcel, a newest attempt that failed, a newest parcel that is suspect.
 *
 * @param unended The newest attempt, when it has not ended.
 * @param isRefused Something waits that could not be taken in.
 */
export function successWarnings(
  dataset: Dataset,
  history: History,
  now: Date,
  unended: Unended | undefined,
  isRefused = false,
): Warning[] {
  const { newest, newestGood } = history
  const failures = failuresSinceGood(history, now).filter(
    ({ id }) => id !== newest?.id || newest.state !== 'unfinished',
  )
  const warnings = failures.length === 0 ? neverWarnings(dataset, history, unended, now, isRefused) : []
  const last = failures.at(-1)
  if (last === undefined || newest === undefined) return warnings
  const none = newestGood === undefined ? 'there is no good parcel; ' : ''
  const since = parcelTime(failures[0]!.id).toISOString()
  if (last.state === 'suspect') {
    const sealed = isEvent(last.ended, 'sealed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    const { doubts = [], incomplete = [] } = sealed ?? {}
    warnings.push(
      warningOf(newestGood === undefined ? 'never' : 'suspect', {
        message: `${none}the newest parcel, of ${timeOf(last.id)}, is suspect: ${doubts.join('; ')}`,
        hint:
          incomplete.length > 0
            ? `What is missing is asked for again by the next export; \`unsilo log ${dataset.name} ${last.id}\` tells more.`
            : `Look at it: \`unsilo show ${dataset.name} ${last.id}\`. If it is right: \`unsilo accept ${dataset.name} ${last.id}\`.`,
        since,
      }),
    )
  } else {
    const times = failures.length === 1 ? '' : `, the last of ${failures.length} in a row`
    const failed = isEvent(last.ended, 'failed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    warnings.push(
      warningOf(newestGood === undefined ? 'never' : 'failing', {
        message: `${none}the newest export, of ${timeOf(last.id)}${times}, failed: ${failed?.reason ?? 'it left nothing whole'}`,
        hint: failed?.hint ?? `\`unsilo log ${dataset.name} ${last.id}\` shows what it printed.`,
        since,
        // As the run that failed has told it.
        ...(failed !== undefined && riskCodes.has(failed.code) && { severity: 'critical' }),
      }),
    )
  }
  return warnings
}

function neverWarnings(
  dataset: Dataset,
  { newest, newestGood, parcels }: History,
  unended: Unended | undefined,
  now: Date,
  isRefused: boolean,
): Warning[] {
  const { name, layout } = dataset
  const hasWork = hasSource(dataset) || dataset.config.ingest.paths.length > 0
  if (newestGood !== undefined || (!hasWork && parcels.length === 0)) return []
  if (unended !== undefined) return unendedWarnings(dataset, unended, now)
  if (newest?.state === 'parked' && isEvent(newest.parked, 'parked')) {
    const { reason, until } = detailsOf(newest.parked, layout.ledger)
    const when = until === undefined ? '' : ` until ${sayInstant(new Date(until))}`
    return [
      warningOf('never', {
        message: `there is no good parcel; the first export waits${when}: ${reason}`,
        hint: 'Nothing is needed: `unsilo run` goes on with it then.',
        since: newest.parked.at,
      }),
    ]
  }
  return [
    warningOf('never', {
      message: 'there is no good parcel, and nothing was exported yet',
      hint: hasSource(dataset)
        ? `Run \`unsilo export ${name}\`.`
        : isRefused
          ? 'What waits could not be taken in: mend that.'
          : `${linkHint(dataset)}Put a file where ingest.paths finds it, then \`unsilo run\`.`,
    }),
  ]
}

/** What is wrong with a first export that has begun and not ended; nothing while it runs, and may. */
function unendedWarnings(dataset: Dataset, unended: Unended, now: Date): Warning[] {
  const begun = sayBegun(unended)
  const said: Record<UnendedState, Pick<Warning, 'message' | 'hint'> | undefined> = {
    running: undefined,
    long: {
      message: `there is no good parcel; the first export still runs: it has begun on ${begun} and should have ended by now`,
      hint: howToEnd(dataset, unended),
    },
    lost: {
      message: `there is no good parcel; the first export has begun on ${begun} and not ended: it hangs, or was killed`,
      hint: `See on ${unended.host} whether it still runs. If not, \`unsilo run\` exports again.`,
    },
    killed: {
      message: `there is no good parcel; the first export has begun on ${begun} and was killed: that process is gone, and has not said how it ended`,
      hint: `Was the machine restarted, or out of memory? The next \`unsilo run\` exports again.`,
    },
  }
  const warning = said[unendedState(unended, dataset, now)]
  return warning === undefined ? [] : [warningOf('never', { ...warning, since: unended.since.toISOString() })]
}

/** A newest export by export_manager that failed and left nothing but its row of metrics, and logs. */
export function tracelessWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const id = measuredParcels(table).at(-1) ?? ''
  if (id <= (history.newest?.id ?? '') || table.rows.get(id)?.['success'] !== 'N') return []
  return [
    warningOf('failing', {
      message: `the newest export, of ${timeOf(id)}, failed: it left no data`,
      hint: `\`unsilo log ${dataset.name} ${id}\` shows what it printed.`,
      since: parcelTime(id).toISOString(),
    }),
  ]
}

function timeOf(id: ParcelId): string {
  return sayInstant(parcelTime(id))
}
