import { setTimeout } from 'node:timers/promises'
import type { RsyncProgram } from './program.ts'

const lookMs = 20

/**
 * Of runs that start at the same moment, only the first makes the connection that all share, and the others wait until it is there: two
 * ssh that make one at once compete for its socket, and the one that loses ends with status 1 (OpenSSH 9, with `ControlPersist`).
 *
 * @param isMade Whether the connection is there.
 */
export function withOneConnection(program: RsyncProgram, isMade: () => boolean): RsyncProgram {
  const first: { running?: Promise<void> | undefined } = {}

  /** @returns What is to be called when the run has ended. */
  const turn = async (): Promise<() => void> => {
    while (first.running !== undefined && !isMade()) await Promise.race([first.running, setTimeout(lookMs)])
    if (isMade()) return () => undefined
    let end: () => void = () => undefined
    const running = new Promise<void>((resolve) => (end = resolve))
    first.running = running
    return () => {
      if (first.running === running) first.running = undefined
      end()
    }
  }

  return {
    async run(...call) {
      const end = await turn()
      return program.run(...call).finally(end)
    },
    async *lines(...call) {
      const end = await turn()
      try {
        return yield* program.lines(...call)
      } finally {
        end()
      }
    },
  }
}
