import { readdirSync, readlinkSync, realpathSync } from 'node:fs'

/**
 * Whether the process is there and has the file open. Where the system does not say what a process has open (macOS, a process of
 * another user), that there is a process of that number has to do: it may be another one by now.
 *
 * @param pid On this machine.
 */
export function isAtWork(pid: number, path: string): boolean {
  if (!isThere(pid)) return false
  try {
    const file = realpathSync(path)
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => targetOf(`/proc/${pid}/fd/${descriptor}`) === file)
  } catch {
    return true
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A descriptor may be closed while we look. */
function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor)
  } catch {
    return undefined
  }
}
