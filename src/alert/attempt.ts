import { UnsiloError } from '../errors.ts'
import { sayDuration } from '../system/duration.ts'
import type { Channel, Delivery } from './channel.ts'
import type { Message } from './message.ts'

/**
 * Sends one message once. Whatever happens is a result: a channel never stops what it tells about.
 *
 * @param open A channel that cannot be opened is one that fails.
 */
export async function attempt(
  open: () => Promise<Channel>,
  message: Message,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Delivery> {
  const sending = async (abort: AbortSignal): Promise<Delivery> => {
    const receipt = await (await open()).send(message, abort)
    return { ok: true, ...receipt }
  }
  return tryOnce(sending, { signal, timeoutMs })
}

/** Carries out one exchange within a time; its errors, bugs of a channel among them, become results. */
export async function tryOnce(
  action: (signal: AbortSignal) => Promise<Delivery>,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Delivery> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const cancelled = new Promise<never>((_, reject) => {
    const stop = (error: UnsiloError): void => {
      reject(error)
      controller.abort(error)
    }
    timer = setTimeout(() => stop(tooLong(timeoutMs)), timeoutMs)
    const cancel = (): void => stop(new UnsiloError('cancelled', 'interrupted', { retryable: true }))
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true, signal: controller.signal })
  })
  cancelled.catch(() => undefined)
  try {
    return await Promise.race([cancelled, action(controller.signal)])
  } catch (error) {
    return { ok: false, error: asUnsiloError(error) }
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

function tooLong(timeoutMs: number): UnsiloError {
  return new UnsiloError('timeout', `no answer within ${sayDuration(timeoutMs)}`, {
    hint: 'Check the address, and whether the service is there.',
    retryable: true,
  })
}

/** A bug in a channel is told as one, without its message: nobody knows what that holds. */
function asUnsiloError(error: unknown): UnsiloError {
  if (error instanceof UnsiloError) return error
  const name = error instanceof Error ? error.name : 'something'
  return new UnsiloError('io', `the channel broke down (${name}): this is a bug in unsilo`, { cause: error })
}
