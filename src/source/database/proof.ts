import { buffer } from 'node:stream/consumers'
import type { PrintedProof } from '../../codec/printed.ts'
import { UnsiloError } from '../../errors.ts'
import { type RunningCommand, startCommand } from '../../system/processes.ts'

/**
 * Is fed a dump as it comes, by `write` or into `reader`, and says at its end whether the dump is whole (UnsiloError
 * `wrong-content`). `stop` is always called; it ends what the proof still runs.
 */
export interface Proof extends PrintedProof {
  write(chunk: Uint8Array): void | Promise<void>
}

/** More than any closing marker and what may follow it. */
const keptBytes = 1024

/** For dumps that say at their end that they are whole. @param marker Matches the end of such a dump. */
export function closingMarker(marker: RegExp, shown: string): Proof {
  let tail = Buffer.alloc(0)
  let program: RunningCommand | undefined
  return {
    write(chunk) {
      tail = Buffer.concat([tail, chunk.subarray(-keptBytes)]).subarray(-keptBytes)
    },
    reader() {
      const command = ['tail', '-c', String(keptBytes)] as const
      program = startCommand({ command, stdin: 'pipe', stdout: 'pipe' })
      return program.stdin!
    },
    async end() {
      if (program !== undefined) tail = await buffer(program.stdout!)
      if (marker.test(tail.toString('latin1'))) return
      throw notWhole(`the dump does not end with "${shown}"`)
    },
    async stop() {
      program?.end()
      await program?.ended
    },
  }
}

export function notWhole(message: string): UnsiloError {
  return new UnsiloError('wrong-content', `not a whole dump: ${message}`, {
    hint: 'The program said that all was well; run it by hand and look at the end of what it prints.',
    retryable: true,
  })
}
