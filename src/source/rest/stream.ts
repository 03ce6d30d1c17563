import type { OnRules } from './answer.ts'
import type { PageConfig } from './page.ts'
import type { ParamValue, Params, StreamKeys } from './stream-config.ts'
import type { Substitution } from './substitute.ts'
import type { Where } from './where.ts'

/** A stream that is complete: what it inherits is in it. */
export interface StreamConfig extends Omit<StreamKeys, 'page' | 'params' | 'headers' | 'on' | 'each' | 'method'> {
  method: 'GET' | 'POST'
  page: PageConfig
  /** Someone said how to page, if only that there is one page. */
  saysPage: boolean
  params: Params
  headers: Record<string, Substitution>
  on: OnRules
  each: { alias: string; stream: string; where: Where | undefined } | undefined
  /** Fields of its parents, as "issue.number", that tell one group of its requests from another. */
  groupNames: string[]
  /** Those that its exchanges remember: its own, and what its children and the drain need of its parents. */
  keptNames: string[]
}

/** The stream's parent, the parent's parent, and so on; a circle is not gone round twice. */
export function ancestorsOf(stream: StreamConfig, streams: readonly StreamConfig[]): StreamConfig[] {
  const found: StreamConfig[] = []
  for (let at: StreamConfig | undefined = stream; at?.each !== undefined;) {
    const { stream: name }: { stream: string } = at.each
    at = streams.find((other) => other.name === name)
    if (at === undefined || found.includes(at)) break
    found.push(at)
  }
  return found
}

/** The streams that are asked for the records of this one, and those that are asked for theirs. */
export function descendantsOf(stream: StreamConfig, streams: readonly StreamConfig[]): StreamConfig[] {
  return streams.filter((other) => ancestorsOf(other, streams).includes(stream))
}

export const firstOf = (name: string): string => name.split('.')[0]!

/** What a name in the stream's requests may begin with, beside fields of its own. */
export function aliasesOf(stream: StreamConfig, streams: readonly StreamConfig[]): string[] {
  return [stream, ...ancestorsOf(stream, streams)].flatMap(({ each }) => (each === undefined ? [] : [each.alias]))
}

/** The fields of the stream's parents that texts name. */
export function parentNames(
  texts: readonly { names: readonly string[] }[],
  stream: StreamConfig,
  streams: readonly StreamConfig[],
): string[] {
  const aliases = aliasesOf(stream, streams)
  const names = texts.flatMap((text) => text.names).filter((name) => aliases.includes(firstOf(name)))
  return [...new Set(names)].sort()
}

/** Every text of its requests that may hold `{name}`. */
export function textsOf(stream: StreamConfig): Substitution[] {
  const params = Object.values(stream.params).flat()
  return [stream.path, ...Object.values(stream.headers), ...params.filter(isSubstitution)]
}

export function isSubstitution(value: ParamValue): value is Substitution {
  return typeof value === 'object'
}
