import { UnsiloError } from '../../errors.ts'
import type { OnRules } from './answer.ts'
import type { RestClient } from './client.ts'
import type { RestConfig } from './config.ts'
import type { DrainConfig } from './drain-config.ts'
import type { Group } from './groups.ts'
import { scopeOf } from './reader.ts'
import { addressOf, filledText } from './request.ts'
import { type StreamConfig, isSubstitution } from './stream.ts'
import { encodeSegment } from './substitute.ts'

/** How one record is deleted. */
export interface Deletion {
  method: string
  /** Below `base`, without the parameters and headers of every request. */
  path: string
  url: string
  headers: Record<string, string>
}

/**
 * Says how the records of a group are deleted.
 * @returns What throws UnsiloError `wrong-content` for a record that lacks a field, or has one that cannot stand in an address
 */
export function deletionsOf(config: RestConfig, stream: StreamConfig, group: Group): (item: unknown) => Deletion {
  const { method, path } = config.drain!.request
  const ofGroup = { ...scopeOf({}, group), cursor: '' }
  const fill = (name: string): string => filledText(ofGroup, name)
  const headers = Object.fromEntries(Object.entries(stream.headers).map(([name, text]) => [name, text.fill(fill)]))
  const params = Object.entries(config.params).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, isSubstitution(one) ? one.fill(fill) : String(one)]),
  )
  return (item) => {
    const scope = scopeOf(item, group)
    const filled = path.fill((name) => filledText(scope, name), encodeSegment)
    const url = addressOf(config.base, filled)
    for (const [name, value] of params) url.searchParams.append(name, value)
    return { method, path: filled, url: url.href, headers }
  }
}

/** As people read it. It may hold secrets. */
export function sayRequest({ method, path }: Deletion): string {
  return `${method} ${path}`
}

/** What a server said to a deletion. */
export interface Deleted {
  status: number
  /** It was not there any more. */
  isGone: boolean
}

/** @throws UnsiloError when it was not done, or when nobody can say whether it was */
export async function sendDeletion(
  { method, url, headers }: Deletion,
  { drain, stream, client }: { drain: DrainConfig; stream: StreamConfig; client: RestClient },
): Promise<Deleted> {
  const on = [...drain.gone.map(goneRule), ...stream.on.filter(isOfDeletion), ...notAgain]
  const answer = await client.request({ method, url, headers, on, once: true }, async (body) => {
    for await (const _ of body);
  })
  // A redirect may have made a GET of a POST: then something was shown, and nothing was done.
  if (answer.url !== client.redact(url)) throw sentOn(method, answer.url)
  return { status: answer.status, isGone: answer.outcome === 'skip' }
}

function goneRule(status: number): OnRules[number] {
  return { status: String(status), text: '', action: 'skip' }
}

/** Rules of the source that also fit a deletion: others say what may be missing in an export. */
function isOfDeletion({ action }: OnRules[number]): boolean {
  return action === 'wait' || action === 'fail'
}

/** "Try again later" may come from a proxy, after the server itself has done what was asked. */
const notAgain: OnRules = [{ status: '503', text: '', action: 'retry' }]

function sentOn(method: string, url: string): UnsiloError {
  return new UnsiloError('http', `${method} was sent on to ${url}, so it is open whether anything was deleted`, {
    hint: 'Write the address that the server wants to `base` or `drain.request`.',
  })
}
