import type * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import type { OnRules } from './answer.ts'
import { type Report, checkStreams } from './check-streams.ts'
import type { DrainConfig } from './drain-config.ts'
import { type PageConfig, pageConfig } from './page.ts'
import { type StreamConfig, ancestorsOf, descendantsOf, parentNames, textsOf } from './stream.ts'
import type { Params, StreamKeys } from './stream-config.ts'
import type { Substitution } from './substitute.ts'
import { type Where, parseWhere } from './where.ts'

interface SourceKeys {
  streams: StreamKeys[]
  page: Record<string, unknown>
  params: Params
  headers: Record<string, Substitution>
  on: OnRules
  drain?: DrainConfig | undefined
}

/** Gives each stream what it inherits, and checks what only shows when all of them are seen together. Parents come first. */
export function toStreams(source: SourceKeys, context: z.RefinementCtx): StreamConfig[] {
  const report: Report = (path, message, hint) => context.addIssue({ code: 'custom', path, message, params: { hint } })
  const streams = source.streams.map((keys, index): StreamConfig => {
    const at = ['streams', index]
    return {
      ...keys,
      method: keys.method ?? (keys.params_in === 'query' ? 'GET' : 'POST'),
      page: pageOf(source.page, keys, at, context),
      saysPage: (keys.page?.kind ?? source.page['kind']) !== undefined,
      params: { ...source.params, ...keys.params },
      headers: { ...source.headers, ...keys.headers },
      on: [...(keys.on ?? []), ...source.on],
      each: eachOf(keys, at, report),
      groupNames: [],
      keptNames: [],
    }
  })
  if (!checkStreams(streams, source.drain, report)) return streams
  for (const stream of streams) stream.groupNames = parentNames(textsOf(stream), stream, streams)
  for (const stream of streams) stream.keptNames = keptNames(stream, streams, source.drain)
  return streams.toSorted((a, b) => ancestorsOf(a, streams).length - ancestorsOf(b, streams).length)
}

function pageOf(
  inherited: Record<string, unknown>,
  keys: StreamKeys,
  at: (string | number)[],
  context: z.RefinementCtx,
): PageConfig {
  const own: Record<string, unknown> = keys.page ?? {}
  const isOtherKind = own['kind'] !== undefined && own['kind'] !== inherited['kind']
  const checked = pageConfig.safeParse({ kind: 'none', ...(isOtherKind ? {} : inherited), ...own })
  if (checked.success) return checked.data
  const path = keys.page === undefined ? ['page'] : [...at, 'page']
  for (const issue of checked.error.issues) {
    context.issues.push({ ...issue, path: [...path, ...issue.path], input: keys.page } as z.core.$ZodRawIssue)
  }
  return pageConfig.parse({ kind: 'none' })
}

function eachOf(keys: StreamKeys, at: (string | number)[], report: Report): StreamConfig['each'] {
  if (keys.each === undefined) return undefined
  const { where, ...aliases } = keys.each
  const [parent, ...others] = Object.entries(aliases)
  if (parent === undefined || others.length > 0) {
    report([...at, 'each'], 'must name one parent', 'Write it like each = { issue = "issues" }.')
    return undefined
  }
  const [alias, stream] = parent
  try {
    return { alias, stream, where: where === undefined ? undefined : parseWhere(where) }
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    report([...at, 'each', 'where'], error.message, error.hint)
    return undefined
  }
}

function keptNames(stream: StreamConfig, streams: StreamConfig[], drain: DrainConfig | undefined): string[] {
  const descendants = descendantsOf(stream, streams)
  const wheres = descendants.map(({ each }) => ({ names: namesIn(each?.where) }))
  const isDrained = drain !== undefined && drain.stream === stream.name
  const ofDrain = isDrained ? [drain.request.path, { names: namesIn(drain.where) }] : []
  return parentNames([...textsOf(stream), ...descendants.flatMap(textsOf), ...wheres, ...ofDrain], stream, streams)
}

function namesIn(where: Where | undefined): string[] {
  // A key with a dot in it cannot be told from two; the condition then finds nothing, and passes over the record.
  return where?.paths.filter((path) => path.every((key) => !key.includes('.'))).map((path) => path.join('.')) ?? []
}
