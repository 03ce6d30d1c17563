import type { Context, Dataset } from '../dataset/dataset.ts'
import { overdueOf } from '../dataset/due.ts'
import { type History, type ParcelRecord, failuresSinceGood, isEvent } from '../dataset/history.ts'
import type { CopyFacts } from '../dataset/copies/places.ts'
import type { PublishPlan } from '../dataset/publish.ts'
import { hasSource } from '../dataset/source.ts'
import { detailsOf } from '../ledger/ledger.ts'
import type { MetricTable } from '../metric/metrics-file.ts'
import { parcelTime } from '../parcel/id.ts'
import { sayDuration } from '../system/duration.ts'
import { damagedWarnings, unpublishedWarnings } from './copy-warnings.ts'
import { checkWarnings } from './check-warnings.ts'
import { drainWarnings } from './drain-warnings.ts'

/** How bad it is, worst first. */
export const healthStates = [
  'broken',
  'never',
  'failing',
  'gone',
  'damaged',
  'suspect',
  'late',
  'unpublished',
  'undrained',
  'unlikely',
  'unmeasured',
  'good',
  'idle',
] as const
export type Health = (typeof healthStates)[number]

export interface Warning {
  health: Exclude<Health, 'good' | 'idle'>
  message: string
  /** What to do next. */
  hint: string
}

/** Everything that a person should know of a dataset, the worst first. */
export async function findWarnings(
  dataset: Dataset,
  context: Context,
  history: History,
  table: MetricTable,
  copies: { facts: CopyFacts; plan: PublishPlan },
): Promise<Warning[]> {
  const warnings = [
    ...damageWarnings(dataset, context, history),
    ...successWarnings(dataset, history, context.system.clock.now()),
    ...tracelessWarnings(dataset, history, table, context.system.clock.now()),
    ...(await lateWarnings(dataset, context, history)),
    ...goneWarnings(dataset, history, table),
    ...damagedWarnings(dataset, copies.facts),
    ...(await unpublishedWarnings(dataset, context, copies.facts, copies.plan)),
    ...drainWarnings(dataset, history),
    ...checkWarnings(dataset, history),
    ...metricWarnings(dataset, history, table),
  ]
  return warnings.sort((a, b) => rankOf(a.health) - rankOf(b.health))
}

/** 0 for the worst. */
export function rankOf(health: Health): number {
  return healthStates.indexOf(health)
}

/** A ledger that cannot be read, or a newest good parcel whose size is not the one that was sealed. */
function damageWarnings({ layout }: Dataset, context: Context, history: History): Warning[] {
  const warnings: Warning[] = []
  if (history.damagedLines > 0) {
    const lines = history.damagedLines === 1 ? 'a line' : `${history.damagedLines} lines`
    warnings.push({
      health: 'broken',
      message: `${lines} of ${layout.ledger} cannot be read; a verdict may be lost, so nothing is pruned`,
      hint: 'Mend or remove what is not JSON there; the parcels themselves are not affected.',
    })
  }
  const { newestGood } = history
  if (newestGood?.stored === undefined || newestGood.stored.isFolder || !isEvent(newestGood.ended, 'sealed')) {
    return warnings
  }
  const { bytes } = detailsOf(newestGood.ended, layout.ledger)
  const { packed } = newestGood.stored
  const now = packed === undefined ? context.system.files.info(newestGood.stored.path)?.sizeBytes : packed.parcel.bytes
  if (now === undefined || now === bytes) return warnings
  warnings.push({
    health: 'broken',
    message: `the newest good parcel, ${newestGood.id}, was changed: it has ${now} bytes, and ${bytes} were sealed`,
    hint: `Put the right file back at ${newestGood.stored.path}, or export again.`,
  })
  return warnings
}

/** No good parcel, a newest attempt that failed, a newest parcel that is suspect. */
function successWarnings(dataset: Dataset, history: History, now: Date): Warning[] {
  const warnings: Warning[] = []
  const { newest, newestGood } = history
  const isUnended = newest?.state === 'unfinished' || newest?.state === 'parked'
  const hasWork = hasSource(dataset) || dataset.config.ingest.paths.length > 0
  const failures = failuresSinceGood(history, now).filter(
    ({ id }) => id !== newest?.id || newest.state !== 'unfinished',
  )
  if (newestGood === undefined && failures.length === 0 && (hasWork || history.parcels.length > 0)) {
    warnings.push({
      health: 'never',
      message: isUnended ? `there is no good parcel; ${sayUnended(dataset, newest)}` : 'there is no good parcel',
      hint: isUnended
        ? 'Wait until it has ended; if it was broken off, the next run sees to it.'
        : !hasSource(dataset)
          ? 'Put a file where ingest.paths finds it, then `unsilo run`.'
          : `Run \`unsilo export ${dataset.name}\`.`,
    })
  }
  const last = failures.at(-1)
  if (last === undefined || newest === undefined) return warnings
  const ago = `${sayDuration(Math.max(0, now.getTime() - parcelTime(last.id).getTime()))} ago`
  const none = newestGood === undefined ? 'there is no good parcel; ' : ''
  const times = failures.length === 1 ? '' : `, ${failures.length} in a row`
  if (last.state === 'suspect') {
    const sealed = isEvent(last.ended, 'sealed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    const { doubts = [], incomplete = [] } = sealed ?? {}
    warnings.push({
      health: newestGood === undefined ? 'never' : 'suspect',
      message: `${none}the newest parcel, ${ago}, is suspect: ${doubts.join('; ')}`,
      hint:
        incomplete.length > 0
          ? `What is missing is asked for again by the next export; \`unsilo log ${dataset.name} ${last.id}\` tells more.`
          : `Look at it: \`unsilo show ${dataset.name} ${last.id}\`. If it is right: \`unsilo accept ${dataset.name} ${last.id}\`.`,
    })
  } else {
    const failed = isEvent(last.ended, 'failed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    warnings.push({
      health: newestGood === undefined ? 'never' : 'failing',
      message: `${none}the newest export, ${ago}${times}, failed: ${failed?.reason ?? 'it left nothing whole'}`,
      hint: failed?.hint ?? `\`unsilo log ${dataset.name} ${last.id}\` shows what it printed.`,
    })
  }
  return warnings
}

/** What is known of an export that has not ended. */
function sayUnended({ layout }: Dataset, parcel: ParcelRecord): string {
  if (!isEvent(parcel.parked, 'parked')) return 'an export has begun and not ended'
  const { reason, until } = detailsOf(parcel.parked, layout.ledger)
  return `an export waits${until === undefined ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`}: ${reason}`
}

/** A newest export by export_manager that failed and left nothing but its row of metrics, and logs. */
function tracelessWarnings(dataset: Dataset, history: History, table: MetricTable, now: Date): Warning[] {
  const id = [...table.rows.keys()].at(-1) ?? ''
  if (id <= (history.newest?.id ?? '') || table.rows.get(id)?.['success'] !== 'N') return []
  const ago = `${sayDuration(Math.max(0, now.getTime() - parcelTime(id).getTime()))} ago`
  return [
    {
      health: 'failing',
      message: `the newest export, ${ago}, failed: it left no data`,
      hint: `\`unsilo log ${dataset.name} ${id}\` shows what it printed.`,
    },
  ]
}

async function lateWarnings(dataset: Dataset, context: Context, history: History): Promise<Warning[]> {
  if (history.newestGood === undefined) return []
  const late = await overdueOf(dataset, context, history)
  if (!late.overdue) return []
  return [
    {
      health: 'late',
      message: late.because,
      hint: `Check that \`unsilo run\` is started regularly; \`unsilo why ${dataset.name}\`.`,
    },
  ]
}

/**
 * The newest success, by ledger or metrics, whose data is no longer there though nothing says that it was pruned, or lost when the
 * dataset was restored from a target.
 */
function goneWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const newestSuccess =
    [...table.rows.keys()].findLast(
      (id) => table.rows.get(id)?.['success'] === 'Y' && history.get(id)?.lost === undefined,
    ) ?? ''
  const newestGone = history.parcels.findLast(({ state, lost }) => state === 'gone' && lost === undefined)?.id ?? ''
  const id = newestSuccess > newestGone ? newestSuccess : newestGone
  const state = history.get(id)?.state
  const isThere = state !== undefined && ['good', 'suspect', 'pruned', 'trashed', 'thinned'].includes(state)
  if (id === '' || isThere || (history.newestGood?.id ?? '') > id) return []
  return [
    {
      health: 'gone',
      message: `the newest successful parcel, ${id}, is gone from ${dataset.layout.data}`,
      hint: `Put it back if you moved it; otherwise \`unsilo export ${dataset.name}\` makes a new one.`,
    },
  ]
}

function metricWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const id = history.newestGood?.id
  if (id === undefined) return []
  const row = table.rows.get(id)
  const hint = `Run \`unsilo metrics recompute ${dataset.name}\`.`
  if (row === undefined) return [{ health: 'unmeasured', message: `metrics of ${id} are missing`, hint }]
  const broken = Object.keys(row).filter((metric) => row[metric] === 'ERROR')
  if (broken.length === 0) return []
  const message = `metric ${broken.join(', ')} of ${id} is ERROR`
  return [{ health: 'unmeasured', message, hint: `Mend metrics.${broken[0]}.cmd. ${hint}` }]
}
