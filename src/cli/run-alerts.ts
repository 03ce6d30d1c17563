import pc from 'picocolors'
import type { AlertConfigs } from '../alert/config.ts'
import { type Pings, openPings } from '../alert/pings.ts'
import { openAlertStore } from '../alert/store.ts'
import type { Dataset, Progress } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { criticalOf, isCritical, runTroubles } from '../watch/run-troubles.ts'
import { alertSurroundings } from './alert-surroundings.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { outcomeLines, problemLine } from './outcome.ts'
import { rememberRisks, tellTroubles } from './tell-risks.ts'

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
export async function openRunAlerts(configs: AlertConfigs, app: App, isPinged: boolean): Promise<RunAlerts> {
  const surroundings = alertSurroundings(app)
  // What a run writes may fill the disk.
  await openAlertStore(surroundings.files, surroundings.root).prepare()
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
  const tellRun = (dataset: Dataset, outcome: Outcome): Promise<void> => {
    const now = app.context.system.clock.now()
    return tellTroubles(dataset, criticalOf(outcome), (known) => runTroubles(outcome, known, now), configs, app)
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
      if (isCritical(outcome)) telling = telling.then(() => tellRun(dataset, outcome))
      else if (hasWorked(outcome)) telling = telling.then(() => rememberRisks(dataset, [], app))
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

function hasWorked({ exported, ingested, published, drained, pruned, problems }: Outcome): boolean {
  const isDrained = drained !== undefined && drained.refused === undefined
  const isDone = exported !== undefined || ingested.length > 0 || published.length > 0 || isDrained || pruned.length > 0
  return isDone && !problems.some(({ severity }) => severity === 'error')
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
