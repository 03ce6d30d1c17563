import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { backoffMs } from '../system/backoff.ts'
import type { Clock } from '../system/clock.ts'
import type { Lock } from '../system/lock.ts'
import { openChannel } from './all.ts'
import { attempt } from './attempt.ts'
import type { ChannelSurroundings } from './channel.ts'
import { type AlertConfigs, rulesOf } from './config.ts'
import type { Due } from './due.ts'
import { type AlertState, type Incident, type Trouble, foldIncidents, noAlerts } from './incident.ts'
import { type EnclosedReport, type Message, messageOf } from './message.ts'
import { recordFailed, recordSent } from './sent.ts'
import { type AlertStore, openAlertStore } from './store.ts'

export interface AlertSurroundings extends ChannelSurroundings {
  clock: Clock
  /** A number from 0 up to, not including, 1. */
  random(): number
  signal: AbortSignal
}

export interface AlertOptions {
  /** The datasets that were looked at; all when missing. */
  about?: readonly string[] | undefined
  /** See `foldIncidents`. */
  settleMs?: number
  /** Makes the report that goes with a digest; called only when one is due. */
  report?: (() => Promise<EnclosedReport>) | undefined
}

interface SentMessage {
  channel: string
  kind: Message['kind']
  title: string
  /** What came back. */
  said: string
  complaint?: string
}

interface FailedChannel {
  channel: string
  /** The message that did not get through; it is tried again later. */
  title: string
  error: UnsiloError
}

export interface AlertsResult {
  sent: SentMessage[]
  failed: FailedChannel[]
  /** What is wrong now and not over. */
  open: Incident[]
  /** What was told could not be read or remembered; messages may come again. */
  problems: UnsiloError[]
  /** Another process is at it: nothing was done. */
  isBusy: boolean
}

/** One message is tried so often, in rounds, so that a channel that fails never keeps the others waiting for long. */
const tries = 3
const waits = { firstMs: 2000, longestMs: 10_000 }
const longestLockWaitMs = 60_000

/**
 * Tells the channels what is wrong, and remembers that they were told: after each message, so that a kill loses none, and repeats one
 * at most. It throws for nothing that a channel or the disk does.
 */
export async function deliverAlerts(
  configs: AlertConfigs,
  troubles: readonly Trouble[],
  surroundings: AlertSurroundings,
  options: AlertOptions = {},
): Promise<AlertsResult> {
  const result: AlertsResult = { sent: [], failed: [], open: [], problems: [], isBusy: false }
  if (Object.keys(configs).length === 0) return result
  const store = openAlertStore(surroundings.files, surroundings.root)
  let lock: Lock | undefined
  try {
    lock = await lockOf(store, surroundings)
    if (lock === undefined) return { ...result, isBusy: true }
  } catch (error) {
    result.problems.push(expectUnsiloError(error))
  }
  try {
    await deliverLocked({ configs, troubles, surroundings, options, store, result })
  } finally {
    lock?.release()
  }
  return result
}

interface Work {
  configs: AlertConfigs
  troubles: readonly Trouble[]
  surroundings: AlertSurroundings
  options: AlertOptions
  store: AlertStore
  result: AlertsResult
}

async function deliverLocked({ configs, troubles, surroundings, options, store, result }: Work): Promise<void> {
  const { clock } = surroundings
  const channels = Object.entries(configs).map(([name, config]) => rulesOf(name, config))
  const loaded = loadState(store, result)
  const about = options.about === undefined ? {} : { about: [...options.about, 'alerts'] }
  const settle = options.settleMs === undefined ? {} : { settleMs: options.settleMs }
  let { state } = loaded
  const save = async (next: AlertState): Promise<void> => {
    state = next
    try {
      await store.save(state, clock.now())
    } catch (error) {
      // Told twice is better than not told.
      result.problems.push(expectUnsiloError(error))
    }
  }
  // That a channel fails is told by the others in the second pass.
  for (let pass = 1; pass <= 2; pass++) {
    const own = memoryTroubles(loaded.damage, result.problems)
    const folded = foldIncidents(state, [...troubles, ...own], channels, clock.now(), { ...about, ...settle })
    await save(folded.state)
    const report = folded.due.some(({ kind }) => kind === 'digest') ? await options.report?.() : undefined
    const known = result.problems.length
    const failures = await sendAll(folded.due, { surroundings, configs, result, report, save, stateNow: () => state })
    if ((failures === 0 && result.problems.length === known) || surroundings.signal.aborted) break
  }
  result.open = state.incidents.filter(({ resolved }) => resolved === undefined)
}

function loadState(store: AlertStore, result: AlertsResult): { state: AlertState; damage?: string } {
  try {
    return store.load()
  } catch (error) {
    result.problems.push(expectUnsiloError(error))
    return { state: noAlerts }
  }
}

function memoryTroubles(damage: string | undefined, problems: readonly UnsiloError[]): Trouble[] {
  const [problem] = problems
  const own = { dataset: 'alerts', cause: 'memory', since: undefined }
  if (problem !== undefined) {
    return [
      {
        ...own,
        severity: 'error',
        what: 'what was told cannot be remembered',
        why: problem.message,
        next: `${problem.hint ?? 'Look at the folder .unsilo in the root.'} Until then, messages may come again and again.`,
      },
    ]
  }
  if (damage === undefined) return []
  const next = 'Nothing to do, if the disk is sound: what was told last may come once more.'
  return [{ ...own, severity: 'warning', what: 'the memory of what was told was damaged', why: damage, next }]
}

interface Sending {
  surroundings: AlertSurroundings
  configs: AlertConfigs
  result: AlertsResult
  report: EnclosedReport | undefined
  save(state: AlertState): Promise<void>
  stateNow(): AlertState
}

/** @returns How many channels have failed. */
async function sendAll(due: readonly Due[], sending: Sending): Promise<number> {
  const { surroundings, save, stateNow, result } = sending
  const { clock, signal, random } = surroundings
  const queues = new Map<string, Due[]>()
  for (const one of due) queues.set(one.channel, [...(queues.get(one.channel) ?? []), one])
  let failures = 0
  for (let round = 1; round <= tries && queues.size > 0 && !signal.aborted; round++) {
    if (round > 1) await clock.sleep(backoffMs(round - 1, random(), waits), signal).catch(() => undefined)
    for (const [channel, queue] of queues) {
      const failed = await sendQueue(channel, queue, sending)
      if (signal.aborted) break
      if (failed === undefined) queues.delete(channel)
      else if (!isTriedAgain(failed.error) || round === tries) {
        queues.delete(channel)
        failures++
        result.failed.push(failed)
        const { message: reason, hint } = failed.error
        await save(recordFailed(stateNow(), channel, clock.now(), { reason, hint }))
      }
    }
  }
  return failures
}

/** What gave no answer in its time would take as long again, and may have taken the message: it waits for the next delivery. */
function isTriedAgain({ code, retryable }: UnsiloError): boolean {
  return retryable && code !== 'timeout'
}

/** Sends what a channel is to get, up to the first message that fails; what was sent leaves the queue. */
async function sendQueue(
  channel: string,
  queue: Due[],
  { surroundings, configs, result, report, save, stateNow }: Sending,
): Promise<FailedChannel | undefined> {
  const { clock } = surroundings
  const open = (): ReturnType<typeof openChannel> => openChannel(channel, configs[channel]!, surroundings)
  for (let due = queue[0]; due !== undefined; due = queue[0]) {
    const message = messageOf(due, stateNow(), surroundings, clock.now(), report)
    const delivery = await attempt(open, message, surroundings)
    if (!delivery.ok) return { channel, title: message.title, error: delivery.error }
    const { ok: _, ...receipt } = delivery
    result.sent.push({ channel, kind: message.kind, title: message.title, ...receipt })
    await save(recordSent(stateNow(), due, clock.now(), receipt.complaint))
    queue.shift()
  }
  return undefined
}

async function lockOf(store: AlertStore, { clock, signal }: AlertSurroundings): Promise<Lock | undefined> {
  for (let waitedMs = 0; ; waitedMs += 1000) {
    const lock = await store.lock()
    if (lock !== undefined || waitedMs >= longestLockWaitMs || signal.aborted) return lock
    await clock.sleep(1000, signal).catch(() => undefined)
  }
}
