import { UnsiloError } from '../../errors.ts'
import { backoffMs } from '../../system/backoff.ts'
import type { Clock } from '../../system/clock.ts'
import { type Http, type HttpRequest, sayStatus } from '../../system/http.ts'
import { version } from '../../version.ts'
import { type OnRules, actionFor, ruleFor } from './answer.ts'
import type { Auth } from './auth.ts'
import { createFollower } from './follow.ts'
import type { Limits, Retry } from './limits.ts'
import { createPacer } from './pacer.ts'
import { letGo, peek } from './peek.ts'
import { rateStateOf, retryAfterMs, serverTimeOf, toldWaitMs } from './rate-headers.ts'
import { ownAddresses } from './redirect.ts'
import { redactError } from './redact-error.ts'
import { refusal } from './refusal.ts'
import { createStops } from './stops.ts'

export interface RestRequest extends HttpRequest {
  /** What to do on a status; default: the rules of the source. */
  on?: OnRules | undefined
}

interface Answer<T> {
  /** `skip` and `end`: what the rules make of the status. */
  outcome: 'ok' | 'skip' | 'end'
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** After redirects, without secrets. */
  url: string
  /** When the request was sent. */
  at: Date
  /** Until the body was read. */
  ms: number
  value: T
}

/** Asks one server, as its limits and the configuration allow. No error, message or address holds a secret. */
export interface RestClient {
  /**
   * Sends until there is an answer to go on with: paces, waits, tries again, renews the authorization.
   *
   * @param read Takes the body, whatever the outcome. It is called again when an answer breaks off, or when it throws
   * `wrong-content` that is retryable. It must not make requests itself.
   * @throws UnsiloError `parked` when the server asks for a longer wait than `max_wait`, now and from then on; `cancelled`;
   * `auth`, `http`, `network`, `timeout` after the last try, and for every request once there were too many of them
   */
  request<T>(request: RestRequest, read: ReadBody<T>): Promise<Answer<T>>
  /** The server's clock when it first answered; `undefined` when it did not tell. */
  readonly serverTime: Date | undefined
  /** When to go on, once the client is parked. */
  readonly parkedUntil: Date | undefined
  redact(text: string): string
  /** True when these bytes hold one of the secrets. */
  leaked(bytes: Uint8Array): boolean
}

type ReadBody<T> = (
  body: AsyncIterable<Uint8Array>,
  response: { status: number; headers: Record<string, string> },
) => Promise<T>

export interface ClientConfig {
  base: string
  /** Hosts that are asked, and get the authorization, beside that of `base`. */
  hosts?: readonly string[]
  limits: Limits
  retry: Retry
  on: OnRules
}

export interface ClientOptions {
  http: Http
  clock: Clock
  /** A number from 0 up to, not including, 1. */
  random(): number
  auth: Auth
  signal: AbortSignal
  /** Takes what happens on the way, a line each. */
  say(message: string): void | Promise<void>
}

/** What one try came to, where it came to no error. */
type Try<T> =
  | { kind: 'answer'; answer: Answer<T> }
  | { kind: 'wait'; toldMs: number | undefined; why: string }
  | { kind: 'again'; error: UnsiloError; atLeastMs: number }
  | { kind: 'refused'; error: UnsiloError; generation: number }

/** A server that limits without saying for how long means minutes (GitHub: "wait for at least one minute"). */
const untoldWaitMs = 60_000

/** A server that says 0 s would otherwise be asked without end. */
const shortestWaitMs = 1000

export function openClient(config: ClientConfig, options: ClientOptions): RestClient {
  const { http, clock, random, auth, signal } = options
  const { limits, retry } = config
  const { redact } = auth
  const isOwn = ownAddresses(config.base, config.hosts ?? [])
  const stops = createStops(config, options)
  const pacer = createPacer(limits, { clock, pause: stops.pause })
  let serverTime: Date | undefined

  const heard = (headers: Readonly<Record<string, string>>): void => {
    serverTime ??= serverTimeOf(headers)
    // What it says of this very refusal counts for more than what it says of its limits.
    if (retryAfterMs(headers, clock.now()) === undefined) pacer.heard(rateStateOf(headers, clock.now()))
  }
  const follow = createFollower({ http, auth, signal, isOwn, silenceMs: limits.timeout, heard })

  const tryOnce = async <T>(request: RestRequest, read: ReadBody<T>): Promise<Try<T>> => {
    const on = request.on ?? config.on
    const at = clock.now()
    const {
      response,
      url: finalUrl,
      generation,
    } = await follow(
      { ...request, headers: withDefaults(request.headers) },
      (status) => ruleFor(status, '', on) === undefined,
    )
    const url = redact(finalUrl)
    const { status, headers } = response
    const isGood = status >= 200 && status < 300
    const { text, body } = isGood ? { text: '', body: response.body } : await peek(response.body)
    try {
      const action = actionFor(status, text, headers, on)
      const failure = (retryable: boolean): UnsiloError =>
        refusal({ method: request.method, url }, { status, headers, text, retryable }, redact)
      switch (action) {
        case 'ok':
        case 'skip':
        case 'end': {
          const value = await read(body, { status, headers })
          const ms = clock.now().getTime() - at.getTime()
          return { kind: 'answer', answer: { outcome: action, status, headers, url, at, ms, value } }
        }
        case 'wait':
          return { kind: 'wait', toldMs: toldWaitMs(headers, clock.now()), why: `${url}: ${sayStatus(status)}` }
        case 'retry':
          return { kind: 'again', error: failure(true), atLeastMs: toldWaitMs(headers, clock.now()) ?? 0 }
        case 'authorize':
          if (generation === undefined) throw failure(false)
          return { kind: 'refused', error: failure(false), generation }
        case 'fail':
          throw failure(false)
      }
    } finally {
      await letGo(body).catch(() => undefined)
    }
  }

  /** A failure that may pass is a reason to try again. */
  const tryInTurn = async <T>(request: RestRequest, read: ReadBody<T>): Promise<Try<T>> => {
    try {
      return await pacer.run(() => {
        stops.check()
        return tryOnce(request, read)
      })
    } catch (error) {
      if (!(error instanceof UnsiloError) || !error.retryable || stops.isStopping(error)) throw error
      return { kind: 'again', error, atLeastMs: 0 }
    }
  }

  const tryAll = async <T>(request: RestRequest, read: ReadBody<T>): Promise<Answer<T>> => {
    let failures = 0
    let waits = 0
    let hasRenewed = false
    for (;;) {
      stops.check()
      let tried = await tryInTurn(request, read)
      if (tried.kind === 'answer') return tried.answer
      if (tried.kind === 'refused') {
        if (hasRenewed) throw tried.error
        try {
          const isRenewed = auth.generation !== tried.generation || (await auth.renew())
          if (!isRenewed) throw tried.error
          hasRenewed = true
          continue
        } catch (error) {
          if (!(error instanceof UnsiloError) || !error.retryable) throw error
          tried = { kind: 'again', error, atLeastMs: 0 }
        }
      }
      if (tried.kind === 'again') {
        failures += 1
        if (request.once === true || failures >= retry.tries) throw tried.error
        const backoff = Math.min(backoffMs(failures, random(), retry.backoff), limits.max_wait)
        const because = `${tried.error.message} (try ${failures} of ${retry.tries})`
        await stops.pause(Math.max(tried.atLeastMs, backoff), because)
      } else {
        waits += 1
        const backoff = backoffMs(waits, random(), retry.backoff)
        const untoldMs = Math.max(backoff, Math.min(untoldWaitMs, retry.backoff.longestMs))
        const until = new Date(clock.now().getTime() + Math.max(shortestWaitMs, tried.toldMs ?? untoldMs))
        if (waits > retry.tries) throw stops.park(until, `${tried.why}, ${waits} times in a row`)
        pacer.holdUntil(until, tried.why)
      }
    }
  }

  return {
    async request(request, read) {
      if (!isOwn(request.url)) throw foreign(request.url)
      stops.check()
      try {
        const answer = await tryAll(request, read)
        stops.succeeded()
        return answer
      } catch (error) {
        const cleaned = redactError(stops.sayCancelled(error), redact)
        if (cleaned instanceof UnsiloError) stops.failed(cleaned)
        throw cleaned
      }
    },
    get serverTime() {
      return serverTime
    },
    get parkedUntil() {
      return stops.parkedUntil
    },
    redact,
    leaked: (bytes) => auth.leaked(bytes),
  }
}

function withDefaults(headers: Readonly<Record<string, string>>): Record<string, string> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const defaults = { 'User-Agent': `unsilo/${version}`, Accept: '*/*' }
  const missing = Object.entries(defaults).filter(([name]) => !given.has(name.toLowerCase()))
  return { ...Object.fromEntries(missing), ...headers }
}

function foreign(url: string): UnsiloError {
  const host = URL.canParse(url) ? new URL(url).host : 'an address that is none'
  return new UnsiloError('wrong-content', `the server sends us on to ${host}, which is not the source's own host`, {
    hint: 'If it belongs to the source, add it to `hosts` in config.toml; it will get the authorization, too.',
  })
}
