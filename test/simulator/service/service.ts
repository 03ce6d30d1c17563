import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from './answer.ts'
import { control, controlPath } from './control.ts'
import type { Fault, FaultRule } from './fault.ts'
import { createFaultPlan } from './fault-plan.ts'
import { createListing } from './listing.ts'
import { createLiveAccount, type LiveAccount } from './live-account.ts'
import { createOAuth, type OAuth } from './oauth.ts'
import { createRate } from './rate.ts'
import { oauthOf, type ServiceOptions } from './service-options.ts'
import { createStudyAccount, type StudyAccount } from './study-account.ts'

/** A request, as it came in and went out. */
export interface LoggedRequest {
  /** When it came, on the true clock of the account. */
  at: Date
  method: string
  /** With the query. */
  path: string
  /** Lower-case names. */
  headers: Record<string, string>
  body: string
  /** `none` for a path that no stream answers. */
  stream: string
  faults: Fault['kind'][]
  /** Requests under way when it came, itself included. */
  underWay: number
  /** 0 when no answer went out, or none yet. */
  status: number
}

/** An HTTP service on loopback over a simulated account. */
export interface Service {
  /** Without a slash at the end. */
  readonly url: string
  /** All requests, in the order in which they came. */
  readonly requests: readonly LoggedRequest[]
  readonly account: LiveAccount
  readonly study: StudyAccount
  /** The tokens, when OAuth is asked for. */
  readonly oauth: OAuth | undefined
  advanceTo(time: Date): void
  /** Replaces the faults to come; counting begins anew. */
  plan(faults: readonly FaultRule[]): void
  stop(): Promise<void>
}

const twoMonthsMs = 60 * 86_400_000

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const start = options.account?.start ?? new Date('2024-01-01T00:00:00Z')
  const seed = options.account?.seed ?? 1
  const clockOffMs = (options.clockOffSeconds ?? 0) * 1000
  const account = createLiveAccount({ ...options.account, seed, start }, clockOffMs)
  account.advanceTo(options.at ?? options.clock?.() ?? new Date(start.getTime() + twoMonthsMs))
  const serverNow = (): Date => new Date(account.now.getTime() + clockOffMs)
  const oauthOptions = oauthOf(options)
  const oauth = oauthOptions === undefined ? undefined : createOAuth(oauthOptions, serverNow)
  const study = createStudyAccount(options.study ?? {}, seed, serverNow)
  const plan = createFaultPlan()
  plan.replace(options.faults ?? [])
  const world = {
    options,
    account,
    study,
    oauth,
    plan,
    serverNow,
    listing: createListing(account),
    rate: createRate(options.rate ?? { limit: 5000, seconds: 3600 }),
  }

  const requests: LoggedRequest[] = []
  let underWay = 0
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const time = options.clock?.()
    if (time !== undefined && time > account.now) account.advanceTo(time)
    if (request.url?.startsWith(controlPath) === true) {
      await control(request, response, service)
      return
    }
    underWay++
    let isUnderWay = true
    const leave = (): void => {
      if (isUnderWay) underWay--
      isUnderWay = false
    }
    // What is broken off, or hangs until the client goes away, never finishes.
    response.once('finish', leave).once('close', leave)
    const logged: LoggedRequest = {
      at: account.now,
      method: request.method ?? '',
      path: request.url ?? '',
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: '',
      stream: 'none',
      faults: [],
      underWay,
      status: 0,
    }
    requests.push(logged)
    for await (const chunk of request) logged.body += String(chunk)
    await answer(logged, response, service, world)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A client that goes away breaks off its own request. Anything else is a mistake in the simulator, and says so.
      if (response.destroyed) return
      response.statusCode = 599
      response.end(String(error instanceof Error ? error.stack : error))
    })
  })
  // A connection that the client may use again is never closed from here: that would be a fault nobody planned.
  server.keepAliveTimeout = 0
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const service: Service = {
    url: `http://127.0.0.1:${port}`,
    requests,
    account,
    study,
    oauth,
    advanceTo: (time) => account.advanceTo(time),
    plan: (rules) => plan.replace(rules),
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return service
}
