import type { Cause } from '../alert/cause.ts'
import type { Severity } from '../alert/severity.ts'
import { sayDuration } from '../system/duration.ts'

/** How bad it is, worst first. */
export const healthStates = [
  'broken',
  'gone',
  'damaged',
  'never',
  'failing',
  'suspect',
  'frozen',
  'late',
  'gap',
  'full',
  'unpublished',
  'unverified',
  'undrained',
  'unlikely',
  'unmeasured',
  'running',
  'good',
  'idle',
] as const
export type Health = (typeof healthStates)[number]
/** A state that something is wrong in. */
export type BadHealth = Exclude<Health, 'running' | 'good' | 'idle'>

export interface Warning {
  /** The state that it puts the dataset in. */
  health: BadHealth
  /** What is wrong, as `accept` and incidents call it: the state, or a part of it. */
  cause: Cause
  severity: Exclude<Severity, 'info'>
  /** The trouble in a few words, where those that go with its cause do not fit. */
  what?: string
  /** The reason, in one sentence. It is kept: it has times, and no ages. */
  message: string
  /** What to do next. */
  hint: string
  /** Since when it is so, where that is known; ISO 8601, UTC. */
  since?: string
  /** What it was concluded from: short lines. */
  evidence?: string[]
  /** It is told, but counts for nothing: not for the state, not for `--check`, not for alarms. */
  accepted?: { until?: string; because: string }
}

interface Kind {
  health: BadHealth
  severity: Warning['severity']
  /** The trouble in a few words, without its dataset. */
  what: string
}

/** What follows from each cause. */
export const kinds: Readonly<Record<Cause, Kind>> = {
  broken: { health: 'broken', severity: 'error', what: 'something in its folder is damaged' },
  gone: { health: 'gone', severity: 'critical', what: 'the newest good parcel is gone' },
  damaged: { health: 'damaged', severity: 'critical', what: 'a parcel or a copy is damaged' },
  never: { health: 'never', severity: 'error', what: 'there is no good parcel' },
  failing: { health: 'failing', severity: 'error', what: 'exports fail' },
  refused: { health: 'failing', severity: 'error', what: 'a file that waits cannot be taken in' },
  suspect: { health: 'suspect', severity: 'error', what: 'the newest parcel is suspect' },
  frozen: { health: 'frozen', severity: 'error', what: 'exports succeed, and nothing new comes' },
  late: { health: 'late', severity: 'error', what: 'the newest good parcel is too old' },
  gap: { health: 'gap', severity: 'error', what: 'data was lost between two parcels' },
  headroom: { health: 'gap', severity: 'warning', what: 'data will be lost between parcels soon' },
  unpublished: { health: 'unpublished', severity: 'warning', what: 'a target lacks parcels' },
  unverified: { health: 'unverified', severity: 'warning', what: 'copies have not been verified for long' },
  undrained: { health: 'undrained', severity: 'error', what: 'a drain has left something open' },
  check: { health: 'unlikely', severity: 'warning', what: 'a check of a view failed' },
  'view-files': { health: 'unlikely', severity: 'warning', what: 'files of a view are not as they should be' },
  unread: { health: 'unlikely', severity: 'warning', what: 'nothing can be read in a view' },
  figures: { health: 'unlikely', severity: 'warning', what: 'the newest parcel is unlike those before' },
  drift: { health: 'unlikely', severity: 'warning', what: 'the form of the data has changed' },
  unmeasured: { health: 'unmeasured', severity: 'warning', what: 'a metric is missing' },
  disk: { health: 'full', severity: 'warning', what: 'the disk will be full' },
}

type Told = Pick<Warning, 'message' | 'hint'> & Partial<Warning>

/** A warning of this cause, with the state and the severity that usually go with it. */
export function warningOf(cause: Cause, told: Told): Warning {
  const { health, severity } = kinds[cause]
  return { health, cause, severity, ...told }
}

/**
 * For how long it is so, as it is told at a time: ` (for 3 days)`. Empty where nobody knows since when, and of what has just begun.
 *
 * @param at ISO 8601.
 */
export function sayLasting({ since }: { since?: string | undefined }, at: string): string {
  const ms = since === undefined ? 0 : Date.parse(at) - Date.parse(since)
  return ms < 60_000 ? '' : ` (for ${sayDuration(ms)})`
}

/** 0 for the worst. */
export function rankOf(health: Health): number {
  return healthStates.indexOf(health)
}

/** Those that nobody has accepted: they make the state, `--check` and alarms. */
export function openWarnings(warnings: readonly Warning[]): Warning[] {
  return warnings.filter(({ accepted }) => accepted === undefined)
}
