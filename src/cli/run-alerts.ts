import pc from 'picocolors'
import type { AlertConfigs } from '../alert/config.ts'
import { deliverAlerts } from '../alert/deliver.ts'
import { type Pings, openPings } from '../alert/pings.ts'
import type { Dataset, Progress } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { UnsiloError } from '../errors.ts'
import { reportOn } from '../report/report.ts'
import { troublesOf } from '../report/troubles.ts'
import { type Critical, rememberCritical } from '../watch/critical.ts'
import { criticalOf, isCritical, runTroubles } from '../watch/run-troubles.ts'
import { alertSurroundings } from './alert-surroundings.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { outcomeLines, problemLine } from './outcome.ts'

/** Tells others of a run while it goes on: pings, and at once what puts data at risk. Nothing here changes how a run ends. */
export interface RunAlerts {
  /** Something is being done with a dataset. */
  progress(progress: Progress): void
  /** A dataset is done. It does not wait until that is told. */
  ended(dataset: Dataset, outcome: Outcome): void
  /** Waits until everything is told. */
  close(outcomes: readonly Outcome[], status: ExitStatus): Promise<void>
}

/** @param isPinged Whether it is a run of everything that is due, of which a dead man's switch is to hear. */
export function openRunAlerts(configs: AlertConfigs, app: App, isPinged: boolean): RunAlerts {
  const surroundings = alertSurroundings(app)
  const pings = openPings(isPinged ? configs : {}, surroundings)
  const started = new Map<string | undefined, ReturnType<Pings['start']>>([[undefined, pings.start()]])
  const endings: Promise<unknown>[] = []
  // One delivery at a time: they all want the same lock.
  let telling: Promise<void> = Promise.resolve()
  const note = (failed: Awaited<ReturnType<Pings['start']>>): void => {
    if (app.context.signal.aborted) return
    for (const { channel, error } of failed) app.note(`! the ping of ${channel} did not get there: ${error.message}`)
  }
  const end = async (name: string | undefined, outcome: { ok: boolean; body: string }): Promise<void> => {
    note((await started.get(name)) ?? [])
    note(await pings.end(name, outcome))
  }
  return {
    progress({ dataset, step }) {
      if (step === 'done' || step === 'waiting' || started.has(dataset)) return
      started.set(dataset, pings.start(dataset))
    },
    ended(dataset, outcome) {
      const { name } = dataset
      if (started.has(name) && !isBusy(outcome)) {
        endings.push(end(name, { ok: !isBad(outcome), body: bodyOf([outcome]) }))
      }
      if (isCritical(outcome)) telling = telling.then(() => tellCritical(dataset, outcome, configs, app))
      else if (hasWorked(outcome)) telling = telling.then(() => remember(dataset, [], app))
    },
    async close(outcomes, status) {
      // A run that found another at work knows nothing: that one tells how it ended.
      if (status !== ExitCode.locked) {
        endings.push(end(undefined, { ok: status === ExitCode.ok, body: bodyOf(outcomes) }))
      }
      await Promise.all([...endings, telling])
    },
  }
}

function isBad({ exported, problems }: Outcome): boolean {
  return exported?.event === 'failed' || problems.some(({ severity }) => severity === 'error')
}

function isBusy({ problems }: Outcome): boolean {
  return problems.some(({ code }) => code === 'busy')
}

function hasWorked({ exported, ingested, published, pruned, problems }: Outcome): boolean {
  const isDone = exported !== undefined || ingested.length > 0 || published.length > 0 || pruned.length > 0
  return isDone && !problems.some(({ severity }) => severity === 'error')
}

/** All that is wrong with the dataset is told together, so that nothing else of it seems to be over. */
async function tellCritical(dataset: Dataset, outcome: Outcome, configs: AlertConfigs, app: App): Promise<void> {
  const { name } = dataset
  const { clock } = app.context.system
  const problems = criticalOf(outcome)
  await remember(dataset, problems, app)
  const report = await reportOn(dataset, app.context)
  const known = troublesOf({ datasets: [report], root: { warnings: [] } })
  const troubles = runTroubles(outcome, known, clock.now())
  const { failed, problems: unsaid } = await deliverAlerts(configs, troubles, alertSurroundings(app), { about: [name] })
  for (const { channel, error } of failed) app.note(`✗ channel ${channel}: ${error.message}`)
  for (const { message } of unsaid) app.note(`✗ ${message}`)
  // Room may have been made for it meanwhile.
  if (unsaid.length === 0) await remember(dataset, problems, app)
}

/** That it cannot be remembered is told as what it is about: a disk that is full, or fails. */
async function remember({ name, root }: Dataset, problems: readonly Critical[], app: App): Promise<void> {
  const { files, clock } = app.context.system
  try {
    await rememberCritical(files, root, name, problems, clock.now())
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    app.note(`! what went wrong with ${name} cannot be remembered: ${error.message}`)
  }
}

/** What happened, for people; as it was shown. */
function bodyOf(outcomes: readonly Outcome[]): string {
  const plain = pc.createColors(false)
  return outcomes
    .flatMap((outcome) => {
      const { done, problems } = outcomeLines(outcome, plain, plain)
      return [...problems, ...outcome.problems.map((one) => problemLine(outcome.dataset, one, plain)), ...done]
    })
    .join('\n')
}
