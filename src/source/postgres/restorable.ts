import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type RunningCommand, startCommand } from '../../system/processes.ts'
import { type Proof, notWhole } from '../database/proof.ts'
import { checkNotInterrupted } from '../program-end.ts'

/**
 * Lets pg_restore read a dump in the custom format to its end, as it comes. `pg_restore --list` is not enough: it reads the
 * table of contents at the beginning, and finds one good whose data has been cut off.
 */
export function restorable(
  program: string,
  environment: Record<string, string | undefined>,
  signal: AbortSignal,
): Proof {
  let reader: RunningCommand | undefined
  let complaint: Promise<string> = Promise.resolve('')
  let hasEnded = false
  const start = (): RunningCommand => {
    const command = [program, '--format=custom', '--file=/dev/null'] as const
    const running = startCommand({ command, environment, stdin: 'pipe', stderr: 'pipe', signal })
    // It stops reading when it has found a fault; its status tells.
    running.stdin!.on('error', () => undefined)
    running.ended.catch(() => undefined).finally(() => (hasEnded = true))
    complaint = text(running.stderr!).catch(() => '')
    return running
  }
  return {
    async write(chunk) {
      reader ??= start()
      const stdin = reader.stdin!
      if (hasEnded || stdin.destroyed || stdin.write(chunk)) return
      await Promise.race([once(stdin, 'drain'), reader.ended]).catch(() => undefined)
    },
    reader: () => (reader ??= start()).stdin!,
    async end() {
      if (reader === undefined) throw notWhole('it is empty')
      if (!reader.stdin!.destroyed) reader.stdin!.end()
      const { status } = await reader.ended
      checkNotInterrupted(signal)
      if (status !== 0) throw notWhole(`pg_restore cannot read it: ${(await complaint).trim().replaceAll('\n', '; ')}`)
    },
    async stop() {
      if (reader === undefined || hasEnded) return
      reader.end()
      await reader.ended.catch(() => undefined)
    },
  }
}
