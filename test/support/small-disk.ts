import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

export const reasonWithoutDisk = 'this user may not mount a small file system'

/**
 * Mounts a file system of its own that ends with the test. `undefined` where this user may not.
 *
 * @param options As of `mount` for tmpfs: "size=2m", or "ro" for one that nobody can write to.
 */
export function smallDisk(options: string): string | undefined {
  const disk = join(temporaryFolder(), 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'unsilo-test', disk], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  // What a server still has open there would keep it busy; detached, it goes when that is closed (umount(8), -l).
  onTestFinished(() => void execFileSync('umount', ['-l', disk]))
  return disk
}
