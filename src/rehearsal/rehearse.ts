import type { Trouble } from '../alert/incident.ts'
import { isAtLeast } from '../alert/severity.ts'
import type { Context, Dataset } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { runDataset } from '../dataset/run.ts'
import { reportOn } from '../report/report.ts'
import { troublesOf } from '../report/troubles.ts'
import type { Clock } from '../system/clock.ts'
import { dayMs } from '../system/duration.ts'
import type { Fault } from './fault-names.ts'
import { checkFault } from './fault.ts'
import { isCritical, runTroubles } from '../watch/run-troubles.ts'
import { makeSandbox } from './sandbox.ts'
import { setStage } from './stage.ts'

/** What came of a fault that was made to happen. */
export interface Rehearsal {
  dataset: string
  fault: Fault
  /** What was done, for people. */
  staged: string
  /** It is told by the run itself, at once, and not by the next look. */
  isCritical: boolean
  /** How the run ended; `undefined` where there was none. */
  outcome: Outcome | undefined
  /** What is wrong then that was not before, when it is first seen. */
  troubles: Trouble[]
  /** How long after the fault that is, in ms: 0 when the first look sees it. `undefined`: not within a year. */
  afterMs: number | undefined
  /** When it is first seen. */
  at: Date
  /** What is wrong already, without the fault. */
  before: Trouble[]
}

const longestMs = 366 * dayMs
const leastMs = 60_000

/**
 * Makes a fault happen to a copy of a dataset, and looks at it as `watch` would. The real dataset, its source and its targets are
 * left alone.
 *
 * @throws UnsiloError `usage` where such a fault cannot be rehearsed with it
 */
export async function rehearse(fault: Fault, real: Dataset, context: Context): Promise<Rehearsal> {
  checkFault(fault, real)
  const { files, clock } = context.system
  const now = clock.now()
  const sandbox = await makeSandbox(real, files)
  const at = (ms: number): Context => ({
    ...context,
    system: { ...context.system, clock: impatientClock(now.getTime() + ms) },
  })
  const look = async (dataset: Dataset, ms: number): Promise<Trouble[]> => {
    const report = await reportOn(dataset, at(ms))
    return troublesOf({ datasets: [report], root: { warnings: [] } }).map((trouble) =>
      outside(trouble, sandbox.outside),
    )
  }
  try {
    const before = await look(sandbox.dataset, 0)
    const stage = await setStage(fault, sandbox.dataset, at(0))
    try {
      // A target that is new to the sandbox must not count as the fault.
      const known = await look(stage.dataset, 0)
      const outcome = told(
        fault === 'never-ran' ? undefined : await runDataset(stage.dataset, stage.context, { exportNow: true }),
        sandbox.outside,
      )
      const isNew = (trouble: Trouble): boolean =>
        isOfFault(fault, trouble) &&
        !known.some((one) => isSame(one, trouble) && isAtLeast(one.severity, trouble.severity))
      const find = async (ms: number): Promise<Trouble[]> =>
        withRun(outcome, await look(stage.dataset, ms), new Date(now.getTime() + ms)).filter(isNew)
      const afterMs = await firstTime(async (ms) => (await find(ms)).length > 0)
      const troubles = afterMs === undefined ? [] : await find(afterMs)
      const seenAt = new Date(now.getTime() + (afterMs ?? 0))
      return {
        dataset: real.name,
        fault,
        staged: stage.said,
        outcome,
        isCritical: outcome !== undefined && isCritical(outcome),
        troubles,
        afterMs,
        at: seenAt,
        before,
      }
    } finally {
      stage.close()
    }
  } finally {
    await sandbox.remove()
  }
}

/** Nobody waits for a rehearsal: time passes at once where something waits, and only there. */
function impatientClock(startMs: number): Clock {
  let passedMs = 0
  return {
    now: () => new Date(startMs + passedMs),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      passedMs += ms
    },
  }
}

function withRun(outcome: Outcome | undefined, known: readonly Trouble[], now: Date): readonly Trouble[] {
  return outcome === undefined ? known : runTroubles(outcome, known, now)
}

/** A run that is not repeated becomes too old sometime, whatever happened in it. */
function isOfFault(fault: Fault, { cause }: Trouble): boolean {
  return fault === 'never-ran' ? cause === 'late' || cause === 'never' : cause !== 'late'
}

function isSame(a: Trouble, b: Trouble): boolean {
  return a.dataset === b.dataset && a.cause === b.cause
}

/** The first time, in ms from now, at which something is so that stays so; to the minute. */
async function firstTime(isSo: (ms: number) => Promise<boolean>): Promise<number | undefined> {
  if (await isSo(0)) return 0
  let [no, yes] = [0, leastMs]
  while (!(await isSo(yes))) {
    if (yes >= longestMs) return undefined
    no = yes
    yes = Math.min(longestMs, yes * 2)
  }
  while (yes - no > leastMs) {
    const middle = Math.floor((no + yes) / 2)
    if (await isSo(middle)) yes = middle
    else no = middle
  }
  return yes
}

function outside(trouble: Trouble, say: (text: string) => string): Trouble {
  return {
    ...trouble,
    why: say(trouble.why),
    next: say(trouble.next),
    ...(trouble.evidence === undefined ? {} : { evidence: trouble.evidence.map(say) }),
  }
}

function told(outcome: Outcome | undefined, say: (text: string) => string): Outcome | undefined {
  return outcome === undefined ? undefined : (JSON.parse(say(JSON.stringify(outcome))) as Outcome)
}
