import { openChannel } from '../alert/all.ts'
import { attempt } from '../alert/attempt.ts'
import type { Delivery } from '../alert/channel.ts'
import type { ChannelFailure } from '../alert/channel-state.ts'
import type { AlertConfigs } from '../alert/config.ts'
import { textOf } from '../alert/message-text.ts'
import { openAlertStore } from '../alert/store.ts'
import { UnsiloError } from '../errors.ts'
import { noFault } from '../rehearsal/fault.ts'
import type { Fault } from '../rehearsal/fault-names.ts'
import { type Rehearsal, rehearse as rehearseFault } from '../rehearsal/rehearse.ts'
import { type Telling, markRehearsal, tellingsOf } from '../rehearsal/telling.ts'
import { alertSurroundings } from './alert-surroundings.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { loadRoot } from '../config/root-config.ts'
import { unreadableSecrets } from '../config/unreadable-secrets.ts'
import { rehearsalText } from './rehearsed.ts'

export interface RehearseArguments {
  dataset: string
  /** What goes wrong; without it, what could is told. */
  fail?: Fault
  /** Really send the messages, marked. */
  send?: boolean
}

/** What was really sent, by the name of the channel. */
export type Sent = ReadonlyMap<string, readonly Delivery[]>

/** Channels that did not deliver when they were used last, or cannot, by name. */
export type Failing = ReadonlyMap<string, ChannelFailure & { isUntried?: true }>

/** Makes a fault happen to a copy of a dataset, and shows who would be told what, and when. */
export async function rehearse({ dataset: name, fail, send }: RehearseArguments, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, name)
  if (fail === undefined) throw noFault(dataset)
  const { alerts: configs } = (await loadRoot(app.context.system.files, app.root)).root
  const rehearsal = await rehearseFault(fail, dataset, app.context)
  const surroundings = alertSurroundings(app)
  const tellings = tellingsOf(configs, rehearsal.troubles, surroundings, rehearsal.at)
  const sent: Sent = send === true ? await sendAll(configs, tellings, rehearsal, app) : new Map()
  // What was really sent says more than what is remembered.
  const failing: Failing = send === true ? new Map() : new Map([...(await secretless(app)), ...failingChannels(app)])
  if (app.json) app.printJson(rehearsalJson(rehearsal, tellings, sent, failing, app))
  else app.print(rehearsalText(rehearsal, tellings, sent, failing, app))
  app.context.signal.throwIfAborted()
  const isTold = tellings.some(({ channel, messages }) => messages.length > 0 && !failing.has(channel))
  const hasArrived = [...sent.values()].flat().every(({ ok }) => ok)
  return isTold && hasArrived ? ExitCode.ok : ExitCode.failed
}

/** Channels whose secrets are not there. None that a command prints is asked for. */
async function secretless({ context: { system }, root }: App): Promise<Failing> {
  const now = system.clock.now()
  const unreadable = await unreadableSecrets(system.files, root, [])
  return new Map(
    unreadable.flatMap(({ key, where, untried }) => {
      const [table, channel = ''] = key.split('.')
      if (table !== 'alerts' || untried === true) return []
      const reason = `${key}: the secret cannot be read from ${where}`
      return [[channel, { since: now, at: now, failures: 0, reason, isUntried: true }]]
    }),
  )
}

function failingChannels({ context, root }: App): Failing {
  try {
    const { channels } = openAlertStore(context.system.files, root).load().state
    return new Map(
      Object.entries(channels).flatMap(([name, { failing }]) => (failing === undefined ? [] : [[name, failing]])),
    )
  } catch (error) {
    // What was told before is not what is rehearsed; `watch` tells that its memory cannot be read.
    if (!(error instanceof UnsiloError)) throw error
    return new Map()
  }
}

async function sendAll(
  configs: AlertConfigs,
  tellings: readonly Telling[],
  { dataset }: Rehearsal,
  app: App,
): Promise<Sent> {
  const surroundings = alertSurroundings(app)
  const sent = tellings
    .filter(({ messages }) => messages.length > 0)
    .map(async ({ channel, messages }): Promise<[string, Delivery[]]> => {
      const deliveries: Delivery[] = []
      for (const message of messages) {
        const marked = markRehearsal(message, dataset, surroundings.clock.now())
        deliveries.push(
          await attempt(() => openChannel(channel, configs[channel]!, surroundings), marked, surroundings),
        )
      }
      return [channel, deliveries]
    })
  return new Map(await Promise.all(sent))
}

function rehearsalJson(
  { dataset, fault, staged, troubles, afterMs, at, isCritical, before }: Rehearsal,
  tellings: readonly Telling[],
  sent: Sent,
  failing: Failing,
  app: App,
): object {
  return {
    root: app.root,
    dataset,
    fault,
    staged,
    ...(afterMs === undefined ? {} : { afterMs, at }),
    byRun: isCritical,
    troubles,
    before,
    channels: tellings.map(({ channel, kind, messages, at: time, isDigest, again, because }) => ({
      channel,
      kind,
      told: messages.length > 0,
      ...(because === undefined ? {} : { because }),
      ...(failing.has(channel) ? { failing: failingJson(failing.get(channel)!) } : {}),
      ...(time === undefined ? {} : { at: time }),
      digest: isDigest,
      again,
      messages: messages.map((message) => ({
        title: message.title,
        severity: message.severity,
        text: textOf(message),
      })),
      ...(sent.has(channel) ? { sent: sent.get(channel)!.map(deliveryJson) } : {}),
    })),
  }
}

function failingJson({ since, at, reason, hint }: ChannelFailure): object {
  return { since, at, reason, ...(hint === undefined ? {} : { hint }) }
}

function deliveryJson(delivery: Delivery): object {
  if (delivery.ok) return { result: 'delivered', said: delivery.said }
  const { code, message, hint } = delivery.error
  return { result: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}
