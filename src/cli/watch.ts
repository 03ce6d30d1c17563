import { hostname } from 'node:os'
import type { AlertConfigs } from '../alert/config.ts'
import { deliverAlerts } from '../alert/deliver.ts'
import type { AlertState, Trouble } from '../alert/incident.ts'
import { openAlertStore } from '../alert/store.ts'
import { type LoadedConfig, loadDatasets } from '../config/load.ts'
import { namedTarget } from '../dataset/copies/targets.ts'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { knownChannels } from '../watch/channels.ts'
import { type Look, lookAtAll } from '../watch/look.ts'
import { type StatusPublication, publishStatus, statusFolder } from '../watch/publish-status.ts'
import { reportPage, reportSummary } from '../watch/report-page.ts'
import { statusFiles, statusPlaces, writeStatusFiles } from '../watch/status-file.ts'
import { type PublishedStatus, type Status, statusOf } from '../watch/status.ts'
import { ownTrouble } from '../watch/troubles.ts'
import { alertSurroundings } from './alert-surroundings.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { noteTick } from './note-tick.ts'
import { type Watched, tellWatched } from './watched.ts'

export interface WatchArguments {
  /** A timer has started it. */
  scheduled?: boolean
}

/** Looks whether all is well, and tells those who are to know when it is not. */
export async function watch({ scheduled }: WatchArguments, app: App): Promise<ExitStatus> {
  const { files } = app.context.system
  if (scheduled === true) await noteTick('watch', app)
  const loaded = await loadDatasets(files, app.root, [], app.cwd)
  app.log.begin(loaded.root.path, loaded.root.logDays)
  const look = await lookAtAll(loaded, app.context)
  const configs = await knownChannels(files, loaded.root, isUnreadable(loaded))
  const watched = await leaveAndTell(look, configs, loaded, app)
  tellWatched(watched, app)
  app.context.signal.throwIfAborted()
  if (loaded.problems.length > 0) return ExitCode.config
  return hasWorked(watched, loaded) ? ExitCode.ok : ExitCode.failed
}

/** That something is wrong is what it is there to find; that it cannot say so is a failure of its own. */
function hasWorked({ alerts, unwritten, published }: Watched, { datasets }: LoadedConfig): boolean {
  const isTold = alerts.failed.length === 0 && alerts.problems.length === 0
  return datasets.length > 0 && isTold && unwritten.length === 0 && published.every(({ error }) => error === undefined)
}

function isUnreadable({ root, problems }: LoadedConfig): boolean {
  return root.file === undefined && problems.some(({ file }) => file === 'unsilo.toml')
}

/** First what is quick, and needs nobody: the files here. Then the channels; last the targets, which may be far away. */
async function leaveAndTell(look: Look, configs: AlertConfigs, { root }: LoadedConfig, app: App): Promise<Watched> {
  const { context } = app
  const { files } = context.system
  const places = statusPlaces(root.path, root.watch.prometheus)
  const page = await reportPage(look.report)
  let status = statusNow(look, look.troubles, look.remembered, look.published, app)
  const write = async (withPage: boolean): Promise<UnsiloError[]> => {
    const written = statusFiles(status, withPage ? page : undefined)
    return (await writeStatusFiles(files, written, places)).map(expectUnsiloError)
  }
  const unwritten = await write(true)
  const own = unwritten
    .slice(0, 1)
    .map((error) => ownTrouble('files', 'what `watch` has seen cannot be written', error))
  const troubles = [...look.troubles, ...own]
  const alerts = await deliverAlerts(configs, troubles, alertSurroundings(app), {
    about: look.about,
    report: () => reportSummary(look.report, page),
  })
  // Who was told, and which channel fails.
  status = statusNow(look, troubles, rememberedNow(app, look), look.published, app)
  const targets = root.watch.publish.flatMap((name) => {
    const config = root.targets?.[name]
    return config === undefined ? [] : [namedTarget(name, config, root.path, context)]
  })
  const published = await publish(look, status, page, targets, app)
  status = { ...status, published: published.map(({ error: _, ...one }) => one) }
  if (unwritten.length === 0) unwritten.push(...(await write(false)))
  return { status, alerts, unwritten, published, channels: Object.keys(configs) }
}

async function publish(
  look: Look,
  status: Status,
  page: string | undefined,
  targets: ReturnType<typeof namedTarget>[],
  app: App,
): Promise<StatusPublication[]> {
  const { context } = app
  const folder = statusFolder(hostname(), app.root)
  const now = context.system.clock.now()
  return publishStatus(statusFiles(status, page), targets, folder, look.published, now, context.signal)
}

function statusNow(
  { report, validMs }: Look,
  troubles: readonly Trouble[],
  { incidents, channels }: AlertState,
  published: readonly PublishedStatus[],
  app: App,
): Status {
  const failing = Object.entries(channels).flatMap(([channel, { failing: failure }]) =>
    failure === undefined ? [] : [{ channel, since: failure.since.toISOString(), reason: failure.reason }],
  )
  const now = app.context.system.clock.now()
  return statusOf({
    ...{ report, troubles, incidents, published, validMs, now },
    channels: failing,
    host: hostname(),
    root: app.root,
  })
}

function rememberedNow(app: App, { remembered }: Look): AlertState {
  try {
    return openAlertStore(app.context.system.files, app.root).load().state
  } catch (error) {
    expectUnsiloError(error)
    return remembered
  }
}
