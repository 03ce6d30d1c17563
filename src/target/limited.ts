import type { Readable } from 'node:stream'
import type { Clock } from '../system/clock.ts'
import type { Target } from './target.ts'
import { passedOn, pause, wrapped } from './wrapped.ts'

/**
 * A target whose transfers together, in both directions, take no more than so many bytes a second. Only `putAll` is left as it is: a
 * program that a driver runs has to be told (`TargetSurroundings.bytesPerSecond`).
 */
export function limited(target: Target, bytesPerSecond: number, clock: Clock): Target {
  const take = allowance(bytesPerSecond, clock)
  // A tenth of a second's worth at a time, so that large chunks do not go out in bursts.
  const pieceBytes = Math.max(1, Math.min(256 * 1024, Math.floor(bytesPerSecond / 10)))
  const slowed = (body: Readable, signal: AbortSignal): Readable =>
    passedOn(body, async function* (source) {
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length; at += pieceBytes) {
          const piece = chunk.subarray(at, at + pieceBytes)
          await take(piece.length, signal)
          yield piece
        }
      }
    })
  return wrapped(target, {
    put: (path, open, signal, known) => target.put(path, (from) => slowed(open(from), signal), signal, known),
    get: async (path, signal, range) => slowed(await target.get(path, signal, range), signal),
  })
}

/** What an idle line saves up, in ms. */
const savedMs = 500

/** A token bucket: resolves when so many bytes may go. Who comes later waits longer, so that all together keep to the rate. */
function allowance(bytesPerSecond: number, clock: Clock): (bytes: number, signal: AbortSignal) => Promise<void> {
  let last = clock.now().getTime()
  /** When all that has been granted has had its time. */
  let paidAt = last - savedMs
  return async (bytes, signal) => {
    const now = clock.now().getTime()
    // A clock that is set back must not stop the line for as long.
    if (now < last) paidAt -= last - now
    last = now
    paidAt = Math.max(paidAt, now - savedMs) + (bytes / bytesPerSecond) * 1000
    if (paidAt > now) await pause(clock, paidAt - now, signal)
  }
}
