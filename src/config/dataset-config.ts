import * as z from 'zod'
import type { CodecName } from '../codec/codec.ts'
import type { GuardLimits } from '../parcel/guard.ts'
import { type RetentionPolicy, retentionPolicy } from '../parcel/retention-policy.ts'
import { type Schedule, scheduleOf } from '../schedule/schedule.ts'
import type { ViewDefinition } from '../view/definition.ts'
import { type PublishViewDefinition, publishViewDefinitions } from '../view/publish/definition.ts'
import type { DatasetKeys } from './dataset-keys.ts'
import { hasText, misfitsIn } from './misfits.ts'
import type { Accepted, HealthLimits } from './health-keys.ts'
import type { EnvironmentConfig } from './secrets.ts'
import type { SourceConfig } from './source-config.ts'
import { checkTiming } from './timing.ts'
import { viewDefinitions } from './views.ts'

/** What a dataset is to do, checked and complete: no default is left to fill in, no text to parse. */
export interface DatasetConfig {
  /** The export command; `undefined`: parcels come from `source`, or from `ingest` only. */
  command: CommandConfig | undefined
  /** Where the data comes from, when no command gives it. */
  source: SourceConfig | undefined
  /** Variables for the commands; secrets are references still. */
  environment: EnvironmentConfig
  compress: CodecName
  /** When an export is due. */
  schedule: Schedule
  /** Where days begin and end, for `schedule` and `keep`; `undefined`: the machine's zone. */
  timezone: string | undefined
  /** Age of the newest good parcel that raises an alarm; `undefined`: from the schedule. */
  maxAgeMs: number | undefined
  /** Page where an export by hand is asked for. */
  link: string | undefined
  /** `undefined` keeps every parcel. */
  keep: RetentionPolicy | undefined
  /** Whether it is told that the only parcels with some version of an item are removed. */
  warnsOfLosses: boolean
  /** When old parcels are put together into packs; `undefined`: never. */
  pack: { afterMs: number; per: 'month' | 'year' } | undefined
  /** Tries in all, 1 or more. */
  retries: number
  /** Longest time one try may take; `undefined` sets no limit. */
  timeoutMs: number | undefined
  /** Longest time without output; `undefined` sets no limit. */
  silenceMs: number | undefined
  git: boolean
  /** Names of the targets that good parcels are copied to, each once. */
  publish: string[]
  ingest: IngestConfig
  /** Commands by metric name, in the order of the file. */
  metrics: Record<string, { cmd: string }>
  guard: GuardLimits
  health: HealthLimits
  /** How long ago a copy may have been verified; `undefined`: as long as usual. */
  verifyAgeMs: number | undefined
  /** Warnings that count for nothing. */
  accept: Accepted[]
  /** In the order of the file. */
  views: ViewDefinition[]
  /** Files that are made of views, in the order of the file. */
  publishViews: PublishViewDefinition[]
  /** `undefined`: nothing may be thinned. */
  thin: { views: readonly string[] } | undefined
  /** How long thinned parcels can be brought back. */
  trashDays: number
}

interface CommandConfig {
  cmd: string
  /** Extension, without the dot, of the data that the command prints; `undefined`: it writes files itself. */
  stdout: string | undefined
  /** Exit statuses besides 0 that are no failure. */
  returncodesOk: readonly number[]
}

interface IngestConfig {
  /** Globs as written: relative ones start at the dataset's folder, `~` is the user's home. None: nothing to ingest. */
  paths: string[]
  /** Where an ingested parcel's id comes from. */
  timeSource: 'mtime' | 'now'
}

/** What a schema of keys may leave out: a file without these keys needs no schema of them. */
type RareKeys = 'source' | 'views' | 'publish_view' | 'thin'
type ReadKeys = Omit<DatasetKeys, RareKeys> & Partial<Pick<DatasetKeys, RareKeys>>

/** A dataset's whole configuration, defaults of the root included. @param keys All that the file has, and more. */
export function datasetConfig(keys: z.ZodType<ReadKeys>): z.ZodType<DatasetConfig> {
  return (
    keys
      // `when`: these are reported along with the problems of single keys; the values may be wrong in any way by then.
      .check(z.superRefine(checkTogether, { when: () => true }))
      .transform(toDatasetConfig)
  )
}

function checkTogether(values: Partial<DatasetKeys>, context: z.RefinementCtx): void {
  checkTiming(values, context)
  for (const { path, message, hint } of misfitsIn(values)) {
    context.addIssue({ code: 'custom', path, message, params: { hint } })
  }
}

function toDatasetConfig(keys: ReadKeys): DatasetConfig {
  const { paths, time_source: timeSource } = keys.ingest
  return {
    command: hasText(keys.cmd) ? { cmd: keys.cmd, stdout: keys.stdout, returncodesOk: keys.returncodes_ok } : undefined,
    source: keys.source,
    environment: keys.env,
    compress: keys.compress,
    schedule: scheduleOf(keys),
    timezone: keys.timezone,
    maxAgeMs: keys.max_age,
    link: keys.link,
    keep: keys.keep === undefined || keys.keep === 0 ? undefined : retentionPolicy(keys.keep, keys.timezone),
    warnsOfLosses: typeof keys.keep !== 'object' || keys.keep.warn,
    pack: keys.pack === undefined ? undefined : { afterMs: keys.pack.after, per: keys.pack.per },
    retries: keys.retries,
    timeoutMs: keys.timeout,
    silenceMs: keys.silence,
    git: keys.git,
    publish: [...new Set(keys.publish)],
    ingest: { paths: typeof paths === 'string' ? [paths] : paths, timeSource },
    metrics: keys.metrics,
    guard: keys.guard,
    health: keys.health,
    verifyAgeMs: keys.verify_age,
    accept: keys.accept,
    views: viewDefinitions(keys.views ?? {}, keys.source),
    publishViews: publishViewDefinitions(keys.publish_view ?? {}),
    thin: keys.thin,
    trashDays: keys.trash_days,
  }
}
