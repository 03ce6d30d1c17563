import { openChannel } from '../alert/all.ts'
import { attempt } from '../alert/attempt.ts'
import type { Delivery } from '../alert/channel.ts'
import { type AlertConfig, rulesOf } from '../alert/config.ts'
import type { AlertSurroundings } from '../alert/deliver.ts'
import type { Incident } from '../alert/incident.ts'
import { testMessage } from '../alert/message.ts'
import { incidentJson } from '../alert/message-text.ts'
import { isAmong } from '../alert/rules.ts'
import { openAlertStore } from '../alert/store.ts'
import { sayProblem } from '../config/problem.ts'
import { findDatasets } from '../config/find-datasets.ts'
import { textTable } from '../report/table.ts'
import { sayDuration } from '../system/duration.ts'
import { alertSurroundings, chooseChannels } from './alert-surroundings.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'

interface Tested {
  channel: string
  kind: AlertConfig['kind']
  delivery: Delivery
}

/** Sends a test message through channels, all at the same time. Those with a mistake in their configuration are told. */
export async function test(args: { channels: string[] }, app: App): Promise<ExitStatus> {
  const { configs, problems } = await chooseChannels(app, args.channels)
  const surroundings = alertSurroundings(app)
  const datasets = findDatasets(app.context.system.files, app.root, [], app.cwd).map(({ name }) => name)
  const tested = await Promise.all(
    Object.entries(configs).map(async ([channel, config]): Promise<Tested> => {
      const delivery = await testChannel(channel, config, datasets, surroundings)
      return { channel, kind: config.kind, delivery }
    }),
  )
  if (app.json) app.printJson({ root: app.root, channels: tested.map(testedJson), configProblems: problems })
  else {
    for (const one of tested) {
      const { ok } = one.delivery
      if (!ok || !app.quiet) app.print(testedText(one, app))
    }
  }
  for (const problem of problems) app.note(`${app.colors.err.red('✗')} ${sayProblem(problem)}`)
  app.context.signal.throwIfAborted()
  const isTold = tested.every(({ delivery }) => delivery.ok && delivery.complaint === undefined)
  if (!isTold) return ExitCode.failed
  return problems.length > 0 ? ExitCode.config : ExitCode.ok
}

function testChannel(
  channel: string,
  config: AlertConfig,
  all: readonly string[],
  surroundings: AlertSurroundings,
): Promise<Delivery> {
  const datasets = all.filter((dataset) => isAmong(dataset, rulesOf(channel, config).datasets))
  const message = testMessage(channel, datasets, surroundings, surroundings.clock.now())
  return attempt(() => openChannel(channel, config, surroundings), message, surroundings)
}

function testedJson({ channel, kind, delivery }: Tested): object {
  if (delivery.ok) {
    const { said, complaint } = delivery
    return { channel, kind, result: 'delivered', said, ...(complaint === undefined ? {} : { complaint }) }
  }
  const { code, message, hint } = delivery.error
  return { channel, kind, result: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}

function testedText({ channel, kind, delivery }: Tested, app: App): string {
  const { green, yellow, red, dim } = app.colors.out
  if (delivery.ok) {
    const { said, complaint } = delivery
    const mark = complaint === undefined ? green('✓') : yellow('!')
    return `${mark} ${channel} (${kind}): ${said}${complaint === undefined ? '' : `\n  ${complaint}`}`
  }
  const { message, hint } = delivery.error
  return `${red('✗')} ${channel} (${kind}): ${message}${hint === undefined ? '' : `\n  ${dim(`→ ${hint}`)}`}`
}

/** Shows what is wrong, as it was told last. */
export async function list(_: object, app: App): Promise<ExitStatus> {
  const { state, damage } = openAlertStore(app.context.system.files, app.root).load()
  if (damage !== undefined) app.note(`${app.colors.err.yellow('warning:')} ${damage}`)
  const open = state.incidents.filter(({ resolved }) => resolved === undefined)
  const now = app.context.system.clock.now()
  if (app.json) {
    const channels = Object.entries(state.channels).map(([channel, { failing }]) => ({
      channel,
      ...(failing === undefined ? {} : { failing }),
    }))
    app.printJson({ root: app.root, incidents: open.map(listedJson), channels })
    return ExitCode.ok
  }
  if (open.length === 0) {
    if (!app.quiet) app.print('nothing is wrong, as far as the channels were told')
    return ExitCode.ok
  }
  const { dim, red, yellow } = app.colors.out
  const rows = open.map((incident) => {
    const { severity, dataset, what, since = incident.opened, lastSent } = incident
    const paint = severity === 'error' || severity === 'critical' ? red : yellow
    const told = Object.keys(lastSent)
    return [
      { text: severity, paint },
      { text: dataset },
      { text: sayDuration(now.getTime() - since.getTime()) },
      { text: told.length === 0 ? 'nobody yet' : told.join(', ') },
      { text: what },
    ]
  })
  const head = ['SEVERITY', 'DATASET', 'FOR', 'TOLD', 'WHAT'].map((text) => ({ text, paint: dim }))
  app.print(textTable([head, ...rows], undefined, process.stdout.isTTY ? app.columns : Infinity))
  return ExitCode.ok
}

function listedJson(incident: Incident): object {
  const told = Object.entries(incident.lastSent).map(([channel, { at, count }]) => ({ channel, at, count }))
  return { ...incidentJson(incident), told }
}
