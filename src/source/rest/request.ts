import { UnsiloError } from '../../errors.ts'
import type { ExchangeRequest } from './exchanges.ts'
import type { PageRequest } from './page.ts'
import { textOf } from './key.ts'
import { parsePath, valueAt } from '../../system/item-path.ts'
import { scopeOf } from './reader.ts'
import type { ParamValue } from './stream-config.ts'
import { type StreamConfig, isSubstitution } from './stream.ts'
import { encodeSegment } from './substitute.ts'

/** Joins a base and a path with exactly one slash between them. */
export function addressOf(base: string, path: string): URL {
  return new URL(path === '' ? base : `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`)
}

/** What `{name}` stands for. @throws UnsiloError `wrong-content` when the record has no such field */
export function filledText(scope: Readonly<Record<string, unknown>>, name: string): string {
  const text = textOf(valueAt(parsePath(name), scope))
  if (text !== undefined) return text
  throw new UnsiloError('wrong-content', `{${name}}: the record has no such field, or it is not a plain value`, {
    hint: 'Check the name in config.toml against a record; `unsilo probe` shows one.',
  })
}

export interface Asked {
  base: string
  /** Fields of the parent records. */
  group: Readonly<Record<string, unknown>>
  /** The cursor's value; `undefined` asks for everything. */
  from: string | undefined
  page: number
  /** What the pager adds, and the address of the page before it. */
  next: PageRequest
  previousUrl: string | undefined
}

/** The request for one page of a stream. */
export function requestFor(stream: StreamConfig, asked: Asked): ExchangeRequest {
  const scope = { ...scopeOf({}, asked.group), cursor: asked.from ?? '' }
  const fill = (name: string): string => filledText(scope, name)
  const headers = Object.fromEntries(Object.entries(stream.headers).map(([name, text]) => [name, text.fill(fill)]))
  const params: [string, string | number | boolean][] = []
  for (const [name, value] of Object.entries(stream.params)) {
    for (const one of Array.isArray(value) ? value : [value]) params.push([name, plainOf(one, fill)])
  }
  const { cursor } = stream
  if (cursor?.param !== undefined && asked.from !== undefined) replace(params, cursor.param, asked.from)
  for (const [name, value] of Object.entries(asked.next.params ?? {})) replace(params, name, value)

  const url =
    asked.next.url === undefined
      ? addressOf(asked.base, stream.path.fill(fill, encodeSegment))
      : new URL(asked.next.url, asked.previousUrl ?? asked.base)
  const isInQuery = stream.params_in === 'query'
  // A whole address that the server gave has its parameters already.
  if (isInQuery && asked.next.url === undefined) {
    for (const [name, value] of params) url.searchParams.append(name, String(value))
  }
  const body = isInQuery ? undefined : bodyOf(stream, params)
  return {
    stream: stream.name,
    page: asked.page,
    for: asked.group,
    method: stream.method,
    url: url.href,
    headers: { Accept: 'application/json', ...headers, ...body?.headers, ...asked.next.headers },
    body: body?.text,
    on: stream.on,
    format: stream.format,
    keepHeader: stream.page.kind === 'header-token' ? stream.page.header : undefined,
  }
}

function plainOf(value: ParamValue, fill: (name: string) => string): string | number | boolean {
  return isSubstitution(value) ? value.fill(fill) : value
}

/** A parameter that the pager or the cursor sets stands instead of the stream's own. */
function replace(params: [string, string | number | boolean][], name: string, value: string | number): void {
  const others = params.filter(([other]) => other !== name)
  params.splice(0, params.length, ...others, [name, value])
}

function bodyOf(
  { params_in: where }: StreamConfig,
  params: readonly [string, string | number | boolean][],
): { text: string; headers: Record<string, string> } {
  if (where === 'form') {
    const form = new URLSearchParams(params.map(([name, value]): [string, string] => [name, String(value)]))
    return { text: form.toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
  }
  const values: Record<string, unknown> = {}
  for (const [name, value] of params) {
    const isListed = Object.hasOwn(values, name)
    values[name] = isListed ? [values[name], value].flat() : value
  }
  return { text: JSON.stringify(values), headers: { 'Content-Type': 'application/json' } }
}
