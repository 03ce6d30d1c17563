import type { Readable } from 'node:stream'
import type { Target, TransferWatch } from './target.ts'
import { passedOn, wrapped } from './wrapped.ts'

/** A target that tells how many bytes went there and came back. */
export function watched(target: Target, { sent, received }: TransferWatch): Target {
  const counted = (body: Readable, tell: (bytes: number) => void): Readable =>
    passedOn(body, async function* (source) {
      for await (const chunk of source) {
        tell(chunk.length)
        yield chunk
      }
    })
  const { putAll } = target
  return wrapped(target, {
    put: (path, open, signal, known) => target.put(path, (from) => counted(open(from), sent), signal, known),
    get: async (path, signal, range) => counted(await target.get(path, signal, range), received),
    ...(putAll === undefined
      ? {}
      : {
          async putAll(files, signal) {
            const arrival = await putAll.call(target, files, signal)
            // What a program sends is known when it has ended.
            sent(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
            return arrival
          },
        }),
  })
}
