import { hostname } from 'node:os'
import type { Dataset } from '../../dataset/dataset.ts'
import { type History, isEvent } from '../../dataset/history.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { sayInstant } from '../../schedule/freshness.ts'
import { overdueFrom } from '../../schedule/overdue.ts'
import { dayMs } from '../../system/duration.ts'
import { isAtWork } from '../../system/process-at-work.ts'

/** An export that has begun and of which the ledger does not say how it ended. */
export interface Unended {
  parcel: ParcelId
  /** When it began, or went on after a break. */
  since: Date
  pid: number
  /** The machine that it was begun on. */
  host: string
  /** Whether its process is at work; `undefined` where that cannot be known: it is on another machine. */
  isAtWork: boolean | undefined
}

/** The newest attempt, when it has not ended. */
export function unendedOf({ layout }: Dataset, { newest, entries }: History): Unended | undefined {
  if (newest?.state !== 'unfinished' || newest.started === undefined) return undefined
  const last = entries.findLast((entry) => entry.event === 'resumed' && entry.parcel === newest.id) ?? newest.started
  if (!isEvent(last, 'resumed') && !isEvent(last, 'started')) return undefined
  const { pid, host } = detailsOf(last, layout.ledger)
  const atWork = host === hostname() ? isAtWork(pid, layout.ledger) : undefined
  return { parcel: newest.id, since: new Date(last.at), pid, host, isAtWork: atWork }
}

const leastMs = 3_600_000

/**
 * - `running`: nothing is wrong with that yet.
 * - `long`: it runs for longer than a good parcel may be old: it hangs, or the rules are too narrow for it.
 * - `lost`: nobody knows whether it runs, and it should have ended by now.
 * - `killed`: its process is gone, and the ledger knows no end of it.
 */
export type UnendedState = 'running' | 'long' | 'lost' | 'killed'

export function unendedState({ since, isAtWork: atWork }: Unended, { config }: Dataset, now: Date): UnendedState {
  if (atWork === false) return 'killed'
  const late = overdueFrom(since, { schedule: config.schedule, maxAgeMs: config.maxAgeMs })
  const allowedMs = late === undefined ? dayMs : Math.max(leastMs, late.getTime() - since.getTime())
  if (now.getTime() - since.getTime() <= allowedMs) return 'running'
  return atWork === true ? 'long' : 'lost'
}

/** As in `2026-03-01 06:00 UTC (process 4711)`. */
export function sayBegun({ since, pid, host, isAtWork: atWork }: Unended): string {
  return `${sayInstant(since)} (process ${pid}${atWork === undefined ? ` on ${host}` : ''})`
}

export function howToEnd({ name }: Pick<Dataset, 'name'>, { parcel, pid }: Unended): string {
  return `\`unsilo log ${name} ${parcel}\` shows what it prints. If it hangs, end process ${pid}; \`timeout\` or \`silence\` in its config.toml does that by itself.`
}

/** What is known of it, as a finding. */
export function sayUnended(unended: Unended, dataset: Dataset, now: Date): string {
  const state = unendedState(unended, dataset, now)
  const begun = `an export has begun on ${sayBegun(unended)}`
  if (state === 'killed') return `${begun} and was killed; the next run exports again`
  return state === 'lost' ? `${begun}, and nobody knows whether it still runs` : `${begun} and runs`
}
