import { type ErrorCode, UnsiloError } from '../../errors.ts'
import type { Clock } from '../../system/clock.ts'
import { sayDuration } from '../../system/duration.ts'
import type { Files } from '../../system/files.ts'
import { type Http, systemHttp } from '../../system/http.ts'
import { mapPool } from '../../system/pool.ts'
import type { SecretReference } from '../../system/schema.ts'
import { type ExportContext, type ExportNotes, type ParcelFolder, type Source, nothingToNote } from '../source.ts'
import { openAuth } from './auth.ts'
import { type RestClient, openClient } from './client.ts'
import type { RestConfig } from './config.ts'
import { type Exchanges, openExchanges } from './exchanges.ts'
import { groupsOf } from './groups.ts'
import { conclude } from './conclude.ts'
import { type Begun, type ParcelState, digest, earlierState, parseState, stateName } from './state.ts'
import { type StreamRun, startStream } from './stream-run.ts'
import { type WalkTools, walkGroup } from './walk.ts'

export interface RestSourceOptions {
  clock: Clock
  files: Files
  /** A number from 0 up to, not including, 1. */
  random(): number
  /** Relative paths of secrets start here. */
  folder: string
  readSecret(name: string, reference: SecretReference): Promise<string>
  /** Longest time that an export may take before it is parked, in ms; `undefined` sets no limit. */
  timeoutMs?: number | undefined
  http?: Http
}

/** An HTTP API. The parcel is the exchange itself: bodies as they came, and what was asked. */
export function openRestSource(config: RestConfig, options: RestSourceOptions): Source {
  return {
    kind: 'rest',
    resumes: true,
    async export(sink, context) {
      const time = limitTime(context.signal, options.timeoutMs)
      const say = async (line: string): Promise<void> => context.logs.err.write(`${line}\n`)
      const client = await connect(config, options, time.signal, say)
      const folder = await sink.folder()
      const begun = await begin(config, folder, context, options)
      const exchanges = await openExchanges(folder, client)
      try {
        const runs = await runStreams(config, folder, exchanges, begun, context, options)
        return await conclude(config, { runs, exchanges, folder, begun, endedAt: options.clock.now() })
      } catch (error) {
        return parkedFor(error, { time, client, exchanges, context, timeoutMs: options.timeoutMs })
      } finally {
        await exchanges.close()
      }
    },
  }
}

/** A client for the source's server, with its authorization. */
export async function connect(
  config: RestConfig,
  options: RestSourceOptions,
  signal: AbortSignal,
  say: (line: string) => Promise<void>,
): Promise<RestClient> {
  const { clock, files, random, folder, readSecret, http = systemHttp } = options
  const auth = openAuth(config.auth, { folder, readSecret, http, files, clock, signal })
  return openClient(config, { http, clock, random, auth, signal, say })
}

/** Goes on with what an earlier try has left, or begins anew: with another configuration, or another state to build on, its pages would not fit. */
async function begin(
  config: RestConfig,
  folder: ParcelFolder,
  context: ExportContext,
  { files, clock }: RestSourceOptions,
): Promise<Begun> {
  const earlier = earlierState(files, context.earlier)
  const base = earlier?.base ?? null
  const configuration = digest(config)
  const left = parseState(folder.readText(stateName))
  const goesOn = left !== undefined && left.base === base && left.configuration === configuration
  const state: ParcelState = goesOn ? left : { version: 1, startedAt: clock.now().toISOString(), base, configuration }
  if (!goesOn) {
    await folder.clear()
    await folder.replace(stateName, `${JSON.stringify(state)}\n`)
  }
  return { state, startedAt: new Date(state.startedAt), streams: earlier?.streams }
}

/**
 * Asks for everything that the streams name. A stream that fails does not keep the others from going on; its children are
 * asked for as far as it got.
 */
async function runStreams(
  config: RestConfig,
  folder: ParcelFolder,
  exchanges: Exchanges,
  begun: Begun,
  { earlier }: ExportContext,
  { files }: RestSourceOptions,
): Promise<StreamRun[]> {
  const { parallel } = config.limits
  const tools: WalkTools = {
    base: config.base,
    exchanges,
    // A clock that is ahead of the server's would hide what changes there during the export.
    capMs: () => Math.min(begun.startedAt.getTime(), exchanges.serverTime?.getTime() ?? Infinity),
  }
  const done = new Map<string, Promise<StreamRun>>()
  return mapPool(config.streams, parallel, async (stream) => {
    const parentName = stream.each?.stream
    const work = async (): Promise<StreamRun> => {
      const run = await startStream(stream, {
        files,
        earlier,
        streams: begun.streams,
        startedAt: begun.startedAt,
        all: config.streams,
      })
      if (parentName !== undefined) await parentDone
      const parent = config.streams.find(({ name }) => name === parentName)
      await eachOf(groupsOf(stream, parent, folder), parallel, (group) => walkGroup(run, group, tools))
      return run
    }
    // Parents come first, and nothing is waited for before this, so each stream finds the promise that it waits for.
    const parentDone = parentName === undefined ? undefined : done.get(parentName)
    const working = work()
    working.catch(() => undefined)
    done.set(stream.name, working)
    return working
  })
}

/** Like `mapPool`, for what comes one by one. */
async function eachOf<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  await mapPool(Array.from({ length: limit }), limit, async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) await action(next.value)
  })
}

interface TimeLimit {
  signal: AbortSignal
  isOver(): boolean
}

function limitTime(signal: AbortSignal, timeoutMs: number | undefined): TimeLimit {
  if (timeoutMs === undefined) return { signal, isOver: () => false }
  const timeout = AbortSignal.timeout(timeoutMs)
  return { signal: AbortSignal.any([signal, timeout]), isOver: () => timeout.aborted && !signal.aborted }
}

/** An export that was broken off where it can go on. @throws any other error */
function parkedFor(
  error: unknown,
  end: {
    time: TimeLimit
    client: RestClient
    exchanges: Exchanges
    context: ExportContext
    timeoutMs: number | undefined
  },
): ExportNotes {
  if (!(error instanceof UnsiloError)) throw error
  const parked = (code: ErrorCode, because: string, until?: Date): ExportNotes => ({
    ...nothingToNote,
    parked: { code, because, until },
  })
  if (error.code === 'parked') return parked('parked', error.message, end.client.parkedUntil)
  const hasPages = end.exchanges.usable > 0
  if (end.time.isOver()) {
    const because = `the export took longer than ${sayDuration(end.timeoutMs!)}`
    if (hasPages) return parked('timeout', because)
    throw new UnsiloError('timeout', `${because} and was ended`, {
      hint: 'If it needs that long, raise `timeout` in config.toml.',
      retryable: true,
    })
  }
  if (end.context.signal.aborted && hasPages) return parked('cancelled', 'interrupted')
  throw error
}
