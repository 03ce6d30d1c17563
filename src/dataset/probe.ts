import { readSecret } from '../config/secrets.ts'
import { type TomlValues, isTable } from '../config/values.ts'
import { UnsiloError } from '../errors.ts'
import type { RestClient } from '../source/rest/client.ts'
import type { RestConfig } from '../source/rest/config.ts'
import { type Asked, askOnce } from '../source/rest/probe/ask.ts'
import { type ParentPage, firstGroup } from '../source/rest/probe/first-group.ts'
import { failedStream, probedAnswer, unaskedStream } from '../source/rest/probe/probe-stream.ts'
import type { ProbedStream } from '../source/rest/probe/probed-stream.ts'
import { connect } from '../source/rest/rest.ts'
import { type StreamConfig, ancestorsOf } from '../source/rest/stream.ts'
import type { Context, Dataset } from './dataset.ts'

export type { ProbedStream } from '../source/rest/probe/probed-stream.ts'
export { sayStream } from '../source/rest/probe/say.ts'

export interface ProbeOptions {
  /** Only this one; its parents are asked, too, and not told of. */
  stream?: string | undefined
  /** The dataset's config.toml, as it is written. */
  written: unknown
  /** Takes what happens on the way, a line each. */
  say(message: string): void
}

/** A person waits for the answer. */
const mostWaitMs = 60_000

/**
 * Asks for one page of each stream, once, and says what it shows. Nothing is written, but for an OAuth token that the server
 * replaces. A stream that fails does not keep the others from being asked.
 *
 * @throws UnsiloError `config` when the dataset has no REST source, or a secret cannot be read
 */
export async function probeDataset(dataset: Dataset, context: Context, options: ProbeOptions): Promise<ProbedStream[]> {
  const { source } = dataset.config
  if (source?.kind !== 'rest') {
    throw new UnsiloError('config', `${dataset.name}: there is nothing to probe: it has no source of kind "rest"`, {
      hint: `Write [source] with kind = "rest", a base and streams in ${dataset.layout.config}.`,
    })
  }
  const wanted = wantedStreams(source, options.stream, dataset.name)
  const client = await openClient(source, dataset, context, options)
  const asked = new Map<string, ParentPage | undefined>()
  const found: ProbedStream[] = []
  for (const stream of source.streams.filter((one) => wanted.all.has(one))) {
    const probed = await probeStream(stream, { source, client, asked, context, written: options.written })
    if (wanted.told.has(stream)) found.push(redacted(probed, client))
  }
  // Parents are asked first; told is in the order of the file.
  const order = writtenStreams(options.written).map((stream) => stream['name'])
  return found.sort((a, b) => order.indexOf(a.stream) - order.indexOf(b.stream))
}

function wantedStreams(
  { streams }: RestConfig,
  name: string | undefined,
  dataset: string,
): { told: ReadonlySet<StreamConfig>; all: ReadonlySet<StreamConfig> } {
  if (name === undefined) return { told: new Set(streams), all: new Set(streams) }
  const stream = streams.find((one) => one.name === name)
  if (stream === undefined) {
    throw new UnsiloError('not-found', `${dataset} has no stream "${name}"`, {
      hint: `It has: ${streams.map((one) => one.name).join(', ')}.`,
    })
  }
  return { told: new Set([stream]), all: new Set([stream, ...ancestorsOf(stream, streams)]) }
}

/** A client that asks once, and that one stream's failure does not stop. */
function openClient(
  source: RestConfig,
  { layout }: Dataset,
  { system, signal }: Context,
  options: ProbeOptions,
): Promise<RestClient> {
  const { folder } = layout
  const config: RestConfig = {
    ...source,
    retry: { ...source.retry, tries: 1 },
    limits: {
      ...source.limits,
      max_wait: Math.min(source.limits.max_wait, mostWaitMs),
      give_up_after: source.streams.length + 1,
    },
  }
  const secrets = {
    folder,
    readSecret: (name: string, reference: Parameters<typeof readSecret>[2]) =>
      readSecret(system.files, name, reference, folder),
  }
  return connect(config, { ...system, ...secrets }, signal, async (line) => options.say(line))
}

interface Probing {
  source: RestConfig
  client: RestClient
  /** Pages of streams that were asked, for their children; `undefined` where there was none. */
  asked: Map<string, ParentPage | undefined>
  context: Context
  written: unknown
}

async function probeStream(stream: StreamConfig, probing: Probing): Promise<ProbedStream> {
  const { source, client, asked, context } = probing
  asked.set(stream.name, undefined)
  let answer: Asked
  let group: Readonly<Record<string, unknown>> | undefined = {}
  try {
    if (stream.each !== undefined) {
      const parent = asked.get(stream.each.stream)
      group = parent === undefined ? undefined : await firstGroup(stream, parent)
      if (group === undefined) return unaskedStream(stream, whyUnasked(stream, parent))
    }
    answer = await askOnce(client, source.base, stream, group)
  } catch (error) {
    if (error instanceof UnsiloError && ['cancelled', 'config'].includes(error.code)) throw error
    return failedStream(stream, error)
  }
  const probed = probedAnswer(stream, writtenStream(stream, probing.written), answer, context.system.clock.now())
  const isPage = probed.result === 'ok' && probed.answer?.content === 'json'
  asked.set(stream.name, isPage ? { stream, group, body: answer.bytes, items: probed.found?.items } : undefined)
  return probed
}

function whyUnasked({ each }: StreamConfig, parent: ParentPage | undefined): string {
  if (parent === undefined) return `there is no page of ${each!.stream} to take a record from`
  const passes = each!.where === undefined ? '' : ' that `where` lets through'
  return `the page of ${each!.stream} has no record${passes}`
}

/** The stream's table as it stands in config.toml. */
function writtenStream({ name, path }: StreamConfig, written: unknown): TomlValues {
  return writtenStreams(written).find((one) => one['name'] === name) ?? { name, path: path.text }
}

function writtenStreams(written: unknown): TomlValues[] {
  const source = isTable(written) ? written['source'] : undefined
  const streams = isTable(source) ? source['streams'] : undefined
  return Array.isArray(streams) ? streams.filter(isTable) : []
}

/** No text of it holds a secret, whatever the server has repeated. */
function redacted<Value>(value: Value, client: RestClient): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' ? client.redact(inner) : inner,
  ) as Value
}
