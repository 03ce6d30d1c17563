import type { AlertConfigs } from '../alert/config.ts'
import { deliverAlerts } from '../alert/deliver.ts'
import type { Trouble } from '../alert/incident.ts'
import { loadRoot } from '../config/root-config.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import { reportOn } from '../report/report.ts'
import { troublesOf } from '../report/troubles.ts'
import { type Critical, criticalTroubles, forgetCritical, rememberCritical } from '../watch/critical.ts'
import { alertSurroundings } from './alert-surroundings.ts'
import type { App } from './app.ts'

/**
 * Tells the channels at once what puts the data of a dataset at risk. All that is wrong with it is told together, so that nothing else
 * of it seems to be over. Nothing here changes how the work on it ends.
 *
 * @param risks What may be in no record.
 * @param troublesWith All that is wrong, from what the records say.
 */
export async function tellTroubles(
  dataset: Dataset,
  risks: readonly Critical[],
  troublesWith: (known: readonly Trouble[]) => Trouble[],
  configs: AlertConfigs,
  app: App,
): Promise<void> {
  await rememberRisks(dataset, risks, app)
  const report = await reportOn(dataset, app.context)
  const troubles = troublesWith(troublesOf({ datasets: [report], root: { warnings: [] } }))
  const told = await deliverAlerts(configs, troubles, alertSurroundings(app), { about: [dataset.name] })
  for (const { channel, error } of told.failed) app.note(`✗ channel ${channel}: ${error.message}`)
  for (const { message } of told.problems) app.note(`✗ ${message}`)
  // Room may have been made for it meanwhile.
  if (told.problems.length === 0) await rememberRisks(dataset, risks, app)
}

/** The same for a verb that is no run, and only when there is something. @param risks Without what is in the records. */
export async function tellRisks(dataset: Dataset, risks: readonly Critical[], app: App): Promise<void> {
  const { alerts } = (await loadRoot(app.context.system.files, app.root)).root
  if (Object.keys(alerts).length === 0) return
  const now = app.context.system.clock.now()
  const withRisks = (known: readonly Trouble[]): Trouble[] => [...known, ...criticalTroubles(dataset.name, risks, now)]
  await tellTroubles(dataset, risks, withRisks, alerts, app)
}

/** That it cannot be remembered is told as what it is about: a disk that is full, or fails. */
export async function rememberRisks({ name, root }: Dataset, problems: readonly Critical[], app: App): Promise<void> {
  const { files, clock } = app.context.system
  await remembering(name, app, () => rememberCritical(files, root, name, problems, clock.now()))
}

/** What a verb that is no run has done now, though a run could not. */
export async function forgetRisks(
  { name, root }: Dataset,
  isOver: (problem: Critical) => boolean,
  app: App,
): Promise<void> {
  await remembering(name, app, () => forgetCritical(app.context.system.files, root, name, isOver))
}

async function remembering(name: string, app: App, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    app.note(`! what went wrong with ${name} cannot be remembered: ${error.message}`)
  }
}
