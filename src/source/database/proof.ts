import { UnsiloError } from '../../errors.ts'

/** Is fed a dump as it comes, and says at its end whether the dump is whole. */
export interface Proof {
  write(chunk: Uint8Array): void | Promise<void>
  /** @throws UnsiloError `wrong-content` when it is not whole */
  end(): void | Promise<void>
  /** Is always called; ends what the proof still runs. */
  stop(): void | Promise<void>
}

/** More than any closing marker and what may follow it. */
const keptBytes = 1024

/** For dumps that say at their end that they are whole. @param marker Matches the end of such a dump. */
export function closingMarker(marker: RegExp, shown: string): Proof {
  let tail = Buffer.alloc(0)
  return {
    write(chunk) {
      tail = Buffer.concat([tail, chunk.subarray(-keptBytes)]).subarray(-keptBytes)
    },
    end() {
      if (marker.test(tail.toString('latin1'))) return
      throw notWhole(`the dump does not end with "${shown}"`)
    },
    stop() {},
  }
}

export function notWhole(message: string): UnsiloError {
  return new UnsiloError('wrong-content', `not a whole dump: ${message}`, {
    hint: 'The program said that all was well; run it by hand and look at the end of what it prints.',
    retryable: true,
  })
}
