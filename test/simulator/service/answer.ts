import type { ServerResponse } from 'node:http'
import { createRandom } from '../random.ts'
import type { Call } from './call.ts'
import type { Aside, Broken, Fault, Instead } from './fault.ts'
import type { FaultPlan } from './fault-plan.ts'
import { refusalOf } from './guard.ts'
import { insteadReply } from './instead.ts'
import type { Listing } from './listing.ts'
import type { Rate } from './rate.ts'
import { problem, type Reply } from './reply.ts'
import { findRoute } from './routes.ts'
import type { LoggedRequest, Service } from './service.ts'
import { authOf, type ServiceOptions } from './service-options.ts'
import { transmit } from './transmit.ts'

interface World {
  options: ServiceOptions
  plan: FaultPlan
  rate: Rate
  listing: Listing
  serverNow(): Date
}

/** Answers one request: faults that come before it, authorization, rate, the answer itself, and how it is sent. */
export async function answer(
  logged: LoggedRequest,
  response: ServerResponse,
  service: Service,
  world: World,
): Promise<void> {
  const url = new URL(logged.path, service.url)
  const found = findRoute(logged.method, url.pathname)
  logged.stream = found?.route.stream ?? 'none'
  const faults = world.plan.strike(logged)
  logged.faults = faults.map(({ kind }) => kind)
  for (const fault of faults) await act(fault, service)

  const call: Call = {
    method: logged.method,
    path: url.pathname,
    query: url.searchParams,
    params: found?.params ?? {},
    headers: logged.headers,
    body: logged.body,
    origin: service.url,
    account: service.account,
    listing: world.listing,
    study: service.study,
    oauth: service.oauth,
    emptied: emptiedBy(faults),
    repeats: faults.some(({ kind }) => kind === 'repeated-token'),
  }
  const api = logged.stream.split('.')[0]!
  const carryOut = (): Reply => {
    // The token endpoint knows its client itself.
    const refusal = api === 'oauth' ? undefined : refusalOf(authOf(world.options, api), call)
    if (refusal !== undefined) return refusal
    const rate = world.rate.count(api, world.serverNow())
    const reply = rate.refusal ?? found?.route.answer(call) ?? problem(404, 'Not Found')
    return { ...reply, headers: { ...rate.headers, ...reply.headers } }
  }
  const instead = faults.find(isInstead)
  const broken = faults.find(isBroken)
  const isNeverHandled =
    (broken?.kind === 'reset' && broken.handled !== true) || (broken?.kind === 'hang' && (broken.share ?? 0) === 0)
  const isHandled = instead === undefined ? !isNeverHandled : 'handled' in instead && instead.handled === true
  const real = isHandled ? carryOut() : problem(500, 'never sent')
  const reply = instead === undefined ? real : insteadReply(instead, call, world.serverNow())
  const offMs = faults.reduce((sum, fault) => sum + (fault.kind === 'date' ? fault.offSeconds * 1000 : 0), 0)
  const date = new Date(world.serverNow().getTime() + offMs).toUTCString()
  const added = Object.assign({}, ...faults.map((fault) => (fault.kind === 'headers' ? fault.headers : {}))) as Record<
    string,
    string
  >
  // The status is told at once: a client may look at the log as soon as it has the answer.
  logged.status = broken?.kind === 'reset' || isNeverHandled ? 0 : reply.status
  await transmit(response, { ...reply, headers: { date, ...reply.headers, ...added } }, broken)
}

async function act(fault: Fault, service: Service): Promise<void> {
  if (fault.kind === 'run') await fault.run(service)
  if (fault.kind === 'expire-tokens') service.oauth?.expireAll()
  if (fault.kind === 'change') change(fault, service)
}

/** Edits and removes what a random choice, the same each time, says of everywhere. */
function change({ add, edit, remove }: Aside & { kind: 'change' }, { account }: Service): void {
  const random = createRandom(account.log.length)
  if (add !== undefined) account.add(add)
  for (let left = edit ?? 0; left > 0; left--) account.edit(random.pick(account.listed()).id)
  for (let left = remove ?? 0; left > 0; left--) account.remove(random.pick(account.listed()).id)
}

function emptiedBy(faults: readonly Fault[]): Call['emptied'] {
  const kinds = new Set(faults.map(({ kind }) => kind))
  if (kinds.has('null-page')) return 'null'
  if (kinds.has('absent-page')) return 'absent'
  return kinds.has('empty-page') ? 'empty' : undefined
}

const insteadKinds: ReadonlySet<string> = new Set<Instead['kind']>([
  'limited',
  'secondary-limit',
  'unavailable',
  'server-error',
  'status',
  'unauthorized',
  'redirect',
  'echo',
])

const brokenKinds: ReadonlySet<string> = new Set<Broken['kind']>([
  'reset',
  'reset-in-body',
  'short-body',
  'short-chunked',
  'cut-json',
  'slow',
  'hang',
])

function isInstead(fault: Fault): fault is Instead {
  return insteadKinds.has(fault.kind)
}

function isBroken(fault: Fault): fault is Broken {
  return brokenKinds.has(fault.kind)
}
