import { hostname } from 'node:os'
import type { AlertConfigs } from '../alert/config.ts'
import { deliverAlerts } from '../alert/deliver.ts'
import type { AlertState, Trouble } from '../alert/incident.ts'
import { openAlertStore } from '../alert/store.ts'
import { type LoadedConfig, loadDatasets } from '../config/load.ts'
import type { NamedTarget } from '../dataset/copies/targets.ts'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { knownChannels } from '../watch/channels.ts'
import { type Look, lookAtAll } from '../watch/look.ts'
import { type StatusFile, type StatusPublication, publishStatus, statusFolder } from '../watch/publish-status.ts'
import { isPageOld, reportPages } from '../watch/report-page.ts'
import { knownPlaces } from '../watch/known-places.ts'
import { pageName, readStatus, statusFiles, writeStatusFiles } from '../watch/status-file.ts'
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
function hasWorked({ status, alerts, unwritten, published }: Watched, { datasets }: LoadedConfig): boolean {
  const isTold = alerts.failed.length === 0 && alerts.problems.length === 0 && status.channels.length === 0
  return datasets.length > 0 && isTold && unwritten.length === 0 && published.every(({ error }) => error === undefined)
}

function isUnreadable({ root, problems }: LoadedConfig): boolean {
  return root.file === undefined && problems.some(({ file }) => file === 'unsilo.toml')
}

/** First what is quick, and needs nobody: the figures here. Then the channels; last the page, and targets, which may be far away. */
async function leaveAndTell(look: Look, configs: AlertConfigs, loaded: LoadedConfig, app: App): Promise<Watched> {
  const { context, root: path } = app
  const { files } = context.system
  const { root } = loaded
  // A mistake anywhere in unsilo.toml leaves nothing of it that could be relied on.
  const isKnown = root.targets !== undefined
  const places = await knownPlaces(files, root, isKnown)
  const before = readStatus(files, path)
  const pages = reportPages(look.report, loaded, context, look.validMs)
  const write = async (written: readonly StatusFile[]): Promise<UnsiloError[]> =>
    (await writeStatusFiles(files, written, places)).map(expectUnsiloError)
  let status = statusNow(look, look.troubles, look.remembered, look.published, app)
  const unwritten = await write(statusFiles(status))
  const own = unwritten
    .slice(0, 1)
    .map((error) => ownTrouble('files', 'what `watch` has seen cannot be written', error))
  const troubles = [...look.troubles, ...own]
  const alerts = await deliverAlerts(configs, troubles, alertSurroundings(app), {
    about: look.about,
    report: pages.enclosed,
  })
  // Who was told, and which channel fails.
  status = statusNow(look, troubles, rememberedNow(app, look), look.published, app)
  const isOld = isPageOld(before, status, files.info(places.page)?.modifiedAt)
  const page = isOld ? [{ name: pageName, text: await pages.page() }] : []
  unwritten.push(...(await write(page)))
  const targets = await targetsOf(loaded, app)
  const now = context.system.clock.now()
  const sent = (isNew: boolean): StatusFile[] => {
    const known = isNew ? files.readText(places.page) : undefined
    return [
      ...statusFiles(status),
      ...(page.length > 0 || known === undefined ? page : [{ name: pageName, text: known }]),
    ]
  }
  const published = await publishStatus(
    targets,
    sent,
    statusFolder(hostname(), path),
    look.published,
    now,
    context.signal,
  )
  // Where it went before is not forgotten while nobody knows where it is to go.
  status = { ...status, published: isKnown ? published.map(withoutError) : [...look.published] }
  if (unwritten.length === 0) unwritten.push(...(await write(statusFiles(status))))
  return { status, alerts, unwritten, published, channels: Object.keys(configs) }
}

/** Where the status is published. The code of targets is loaded only where there is one. */
async function targetsOf({ root }: LoadedConfig, { context, root: path }: App): Promise<NamedTarget[]> {
  if (root.watch.publish.length === 0) return []
  const { namedTarget } = await import('../dataset/copies/targets.ts')
  return root.watch.publish.flatMap((name) => {
    const config = root.targets?.[name]
    return config === undefined ? [] : [namedTarget(name, config, path, context)]
  })
}

function withoutError({ target, at, failing }: StatusPublication): PublishedStatus {
  return { target, ...(at === undefined ? {} : { at }), ...(failing === undefined ? {} : { failing }) }
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
    report,
    troubles,
    incidents,
    published,
    validMs,
    now,
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
