import type { AlertState, Trouble } from '../alert/incident.ts'
import { noAlerts } from '../alert/incident.ts'
import { openAlertStore } from '../alert/store.ts'
import type { LoadedConfig } from '../config/load.ts'
import { type Context, openDataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import { type Report, makeReport } from '../report/report.ts'
import { troublesOf } from '../report/troubles.ts'
import { type InstalledSchedule, readInstalled } from '../schedule/installed.ts'
import { readTicks } from '../schedule/ticks.ts'
import type { Files } from '../system/files.ts'
import { readCritical } from './critical.ts'
import type { PublishedStatus } from './status.ts'
import { readStatus } from './status-file.ts'
import {
  type Ticks,
  configTroubles,
  emptyRootTrouble,
  isJustAwake,
  ownTrouble,
  runGraceMs,
  scheduleTroubles,
} from './troubles.ts'

/** What `watch` finds, from stored records alone. */
export interface Look {
  report: Report
  troubles: Trouble[]
  /** The datasets that could be looked at; all when missing. Nothing is over for others because it was not seen. */
  about: string[] | undefined
  /** What was remembered before of alerts, and of the copies of the status. */
  remembered: AlertState
  published: readonly PublishedStatus[]
  /** How long it says anything, by how often `watch` is started. */
  validMs: number
}

/** What is wrong with something else than a dataset has one of these in the place of its name. */
const otherNames = ['configuration', 'root', 'schedule', 'watch']
const usualMs = 15 * 60_000

/** Looks at all datasets, at the configuration and at the schedule. It takes no lock, and changes nothing. */
export async function lookAtAll(loaded: LoadedConfig, context: Context): Promise<Look> {
  const { files, clock } = context.system
  const root = loaded.root.path
  const now = clock.now()
  const { installed, damage } = scheduleOf(files, root)
  const ticks: Ticks = { run: readTicks(files, root, 'run'), watch: readTicks(files, root, 'watch') }
  const report = await makeReport(loaded.datasets.map(openDataset), context, loaded.root.accept)
  const remembered = rememberedOf(files, root)
  const published = readStatus(files, root)?.published ?? []
  const isEmpty = loaded.datasets.length === 0 && loaded.problems.length === 0
  const isAwake = isJustAwake(installed, ticks, now)
  const isQuiet = (trouble: Trouble): boolean =>
    (isAwake && isNew(trouble, 'late', remembered)) ||
    (isNew(trouble, 'never', remembered) && isUpcoming(trouble, report, loaded, { installed, files, now }))
  const troubles = [
    ...troublesOf(report).filter((trouble) => !isQuiet(trouble)),
    ...readCritical(files, root),
    ...configTroubles(loaded.problems),
    ...scheduleTroubles(installed, ticks, now),
    ...damage,
    ...(isEmpty ? [emptyRootTrouble(root)] : []),
    ...published.flatMap(unpublishedTrouble),
  ]
  const isWhole = loaded.problems.length === 0 && !isEmpty
  // Without any dataset the root was not looked at; nor is it known then what `unsilo.toml` accepts of it.
  const others = otherNames.filter((name) => name !== 'root' || loaded.datasets.length > 0)
  const watchMs = installed?.jobs.find(({ job }) => job === 'watch')?.everyMs ?? usualMs
  return {
    report,
    troubles,
    about: isWhole ? undefined : [...loaded.datasets.map(({ name }) => name), ...others],
    remembered,
    published,
    // The next look is allowed to be late, and to take a while.
    validMs: 2 * watchMs + 5 * 60_000,
  }
}

/**
 * It is of that cause, and was not told before. What is too old because the machine was off, `run`, which is started at the same
 * time, is about to see to.
 */
function isNew({ dataset, cause }: Trouble, wanted: Trouble['cause'], { incidents }: AlertState): boolean {
  return cause === wanted && !incidents.some((one) => one.dataset === dataset && one.cause === cause)
}

/** Its first export has not been tried, and is about to be: a run is at work on others, or the timer has not come to it yet. */
function isUpcoming(
  { dataset, since }: Trouble,
  { datasets }: Report,
  loaded: LoadedConfig,
  { installed, files, now }: { installed: InstalledSchedule | undefined; files: Files; now: Date },
): boolean {
  // What was tried has begun some time.
  if (since !== undefined) return false
  if (datasets.some(({ running }) => running !== undefined)) return true
  const everyMs = installed?.jobs.find(({ job }) => job === 'run')?.everyMs
  const file = loaded.datasets.find(({ name }) => name === dataset)?.sources.dataset
  const changedAt = file === undefined ? undefined : files.info(file.path)?.modifiedAt
  // A file that is dated ahead of the clock says nothing.
  const sinceMs = changedAt === undefined ? Infinity : Math.abs(now.getTime() - changedAt.getTime())
  return everyMs !== undefined && sinceMs <= runGraceMs(everyMs)
}

function scheduleOf(files: Files, root: string): { installed: InstalledSchedule | undefined; damage: Trouble[] } {
  try {
    return { installed: readInstalled(files, root), damage: [] }
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    const trouble = ownTrouble('schedule', 'what was installed to start `run` cannot be read', error)
    return { installed: undefined, damage: [trouble] }
  }
}

/** `deliverAlerts` reads it again, and tells what is wrong with it. */
function rememberedOf(files: Files, root: string): AlertState {
  try {
    return openAlertStore(files, root).load().state
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    return noAlerts
  }
}

/** One failure may be a NAS that was asleep. */
function unpublishedTrouble({ target, failing }: PublishedStatus): Trouble[] {
  if (failing === undefined || failing.tries < 2) return []
  const error = new UnsiloError('io', failing.reason)
  return [ownTrouble(`publish:${target}`, `the status does not get to ${target}`, error, new Date(failing.since))]
}
