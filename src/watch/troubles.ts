import { dirname } from 'node:path'
import type { Trouble } from '../alert/incident.ts'
import type { ConfigProblem } from '../config/problem.ts'
import { sayProblem } from '../config/problem.ts'
import { UnsiloError } from '../errors.ts'
import { formatDuration } from '../system/duration.ts'
import { type FiringInput, firingOf } from '../schedule/firing.ts'
import type { InstalledSchedule } from '../schedule/installed.ts'
import { sayInstant } from '../schedule/freshness.ts'
import type { JobName } from '../schedule/timers/job.ts'

/** When timers have started each job, oldest first. */
export type Ticks = Readonly<Record<JobName, readonly Date[]>>

/** A timer may fire a little late, and a start take a while. */
const graceMs = 2 * 60_000

/**
 * That runs are not started, or never end so that no other is. After a time without any `watch` the machine was off: `run` gets
 * as long as it always may take before that is said.
 */
export function scheduleTroubles(installed: InstalledSchedule | undefined, ticks: Ticks, now: Date): Trouble[] {
  const job = installed?.jobs.find((one) => one.job === 'run')
  if (installed === undefined || job === undefined) return []
  const input: FiringInput = {
    everyMs: job.everyMs,
    installedAt: new Date(installed.installedAt),
    ticks: ticks.run,
    now,
  }
  const { state, lastAt } = firingOf(input)
  if (state === 'ok' || isJustAwake(installed, ticks, now)) return []
  return [
    {
      dataset: 'schedule',
      cause: 'run-not-started',
      severity: 'error',
      what: state === 'never' ? '`run` was never started' : '`run` is not started any more',
      since: new Date(lastAt ?? installed.installedAt),
      why: sayStopped(job.everyMs, installed.installedAt, state === 'never' ? undefined : lastAt),
      next: '`unsilo schedule status` says more; a run that hangs keeps the next one from starting.',
    },
  ]
}

/** So long a run may take to come to its work. @param everyMs How often it is started. */
export function runGraceMs(everyMs: number): number {
  return 2 * everyMs + graceMs
}

/** With times, and no ages: it is kept. */
function sayStopped(everyMs: number, installedAt: string, lastAt: string | undefined): string {
  const every = `it should start every ${formatDuration(everyMs)}`
  return lastAt === undefined
    ? `${every}, and has not once since it was installed on ${sayInstant(new Date(installedAt))}`
    : `${every}, and started last on ${sayInstant(new Date(lastAt))}`
}

/** Whether the machine was off until a moment ago, so that `run` may not have come to its work yet. */
export function isJustAwake(installed: InstalledSchedule | undefined, ticks: Ticks, now: Date): boolean {
  const everyMs = (name: JobName): number => installed?.jobs.find(({ job }) => job === name)?.everyMs ?? 0
  const [runMs, watchMs] = [everyMs('run'), everyMs('watch')]
  if (runMs === 0 || watchMs === 0) return false
  const past = ticks.watch.filter((tick) => tick <= now).map((tick) => tick.getTime())
  const awake = past.findLast((time, index) => index > 0 && time - past[index - 1]! > 2 * watchMs + graceMs)
  return awake !== undefined && now.getTime() - awake <= runGraceMs(runMs)
}

/** Mistakes in the configuration: for each file one trouble, of its dataset, or of `configuration`. */
export function configTroubles(problems: readonly ConfigProblem[]): Trouble[] {
  const paths = [...new Set(problems.map(({ file }) => file))]
  return paths.map((file): Trouble => {
    const some = problems.filter((problem) => problem.file === file)
    const [first] = some
    const folder = dirname(file)
    const rest = [...some.slice(1).map(sayProblem), ...(isBlinding(folder, some) ? [blindness] : [])]
    return {
      dataset: folder === '.' ? 'configuration' : folder,
      cause: 'configuration',
      severity: 'error',
      what: `${file} has ${some.length === 1 ? 'a mistake' : `${some.length} mistakes`}, so ${consequence(folder, some)}`,
      since: undefined,
      why: sayProblem(first!),
      next: 'Mend it; `unsilo config validate` shows all mistakes.',
      ...(rest.length === 0 ? {} : { evidence: rest }),
    }
  })
}

const blindness =
  'until then no dataset is judged, and it is not known what is accepted there: incidents stay as they are'

/** A mistake in `unsilo.toml` elsewhere than in its channels: nobody knows what it says of datasets. */
function isBlinding(folder: string, problems: readonly ConfigProblem[]): boolean {
  return folder === '.' && !problems.every(({ key }) => key !== undefined && /^alerts(?:\.|$)/.test(key))
}

function consequence(folder: string, problems: readonly ConfigProblem[]): string {
  if (folder !== '.') return 'it is not exported'
  return isBlinding(folder, problems) ? 'nothing may be exported' : 'not every channel can be told'
}

/** That there is nothing to watch: a disk that is not mounted looks like that. */
export function emptyRootTrouble(root: string): Trouble {
  return {
    dataset: 'watch',
    cause: 'no-datasets',
    severity: 'error',
    what: 'there is nothing to watch',
    since: undefined,
    why: `there are no datasets in ${root}`,
    next: 'Is its disk mounted, and is it the right folder? `unsilo init NAME` makes a dataset.',
  }
}

/** That something which `watch` writes or sends did not get there. @param cause `files`, `publish:nas` … */
export function ownTrouble(cause: string, what: string, error: UnsiloError, since?: Date): Trouble {
  return {
    dataset: 'watch',
    cause,
    severity: 'warning',
    what,
    since,
    why: error.message,
    next: error.hint ?? '`unsilo watch` tries again.',
  }
}
