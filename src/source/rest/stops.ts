import { type ErrorCode, UnsiloError } from '../../errors.ts'
import { sayDuration } from '../../system/duration.ts'
import type { ClientConfig, ClientOptions } from './client.ts'

/** What keeps a client from asking on: an interrupt, a wait that is too long, a server that fails again and again. */
export interface Stops {
  /** @throws UnsiloError `cancelled`, `parked`, or that of the last failure when there were too many */
  check(): void
  /** Waits, and says so when there is a reason. @throws UnsiloError `cancelled`, or `parked` when it is too long */
  pause(ms: number, because: string): Promise<void>
  park(until: Date, because: string): UnsiloError
  readonly parkedUntil: Date | undefined
  succeeded(): void
  failed(error: UnsiloError): void
  /** True for an error that no further try can help against. */
  isStopping(error: UnsiloError): boolean
  /** What is thrown for an interrupt is the signal's own reason, of any shape. */
  sayCancelled(error: unknown): unknown
}

/** Failures of the server or of the way to it; others say nothing of the next request. */
const ofServer: readonly ErrorCode[] = ['auth', 'http', 'network', 'timeout']

// A longer timer of Node.js fires at once (setTimeout takes a signed 32-bit number of ms).
const longestSleepMs = 86_400_000

/** A server that says "in ten years" is asked again tomorrow. */
const longestParkMs = 86_400_000

export function createStops(
  { base, limits }: ClientConfig,
  { clock, signal, say, auth: { redact } }: ClientOptions,
): Stops {
  const { host } = new URL(base)
  let parked: { until: Date; because: string } | undefined
  let failuresInRow = 0
  let last: UnsiloError | undefined

  const parkedError = ({ until, because }: { until: Date; because: string }): UnsiloError =>
    new UnsiloError('parked', `${host} is to be asked again at ${until.toISOString()}: ${because}`, {
      hint: `That is longer than \`limits.max_wait\` (${sayDuration(limits.max_wait)}). A run after that time goes on from here.`,
      retryable: true,
    })
  const park = (told: Date, because: string): UnsiloError => {
    const until = new Date(Math.min(told.getTime(), clock.now().getTime() + longestParkMs))
    if (parked === undefined || until > parked.until)
      parked = { until, because: because === '' ? '`limits.rate` allows no more before' : redact(because) }
    return parkedError(parked)
  }
  const isStopped = (): boolean => failuresInRow >= limits.give_up_after
  const cancelled = (): UnsiloError => new UnsiloError('cancelled', 'interrupted')

  return {
    check() {
      if (signal.aborted) throw cancelled()
      if (parked !== undefined) throw parkedError(parked)
      if (!isStopped() || last === undefined) return
      const message = `asked ${host} no more after ${failuresInRow} failed requests in a row; the last: ${last.message}`
      throw new UnsiloError(last.code, message, {
        hint: last.hint ?? 'Run again later.',
      })
    },
    async pause(ms, because) {
      if (ms > limits.max_wait) throw park(new Date(clock.now().getTime() + ms), because)
      if (because !== '') await say(redact(`${because}; waiting ${sayDuration(ms)}`))
      for (let rest = Math.ceil(ms); rest > 0; rest -= longestSleepMs) {
        await clock.sleep(Math.min(rest, longestSleepMs), signal)
      }
    },
    park,
    get parkedUntil() {
      return parked?.until
    },
    succeeded() {
      failuresInRow = 0
    },
    failed(error) {
      const isOfServer = ofServer.includes(error.code) || (error.code === 'wrong-content' && error.retryable)
      if (!isOfServer || isStopped()) return
      failuresInRow += 1
      last = error
    },
    isStopping: ({ code }) => code === 'parked' || code === 'cancelled',
    sayCancelled: (error) => (signal.aborted && !(error instanceof UnsiloError) ? cancelled() : error),
  }
}
