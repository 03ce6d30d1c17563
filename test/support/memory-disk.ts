import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const memory = '/dev/shm'
/** More than the tests have there at any moment: several copies of large files, and servers with databases. */
const enoughBytes = 4 * 1024 ** 3
const prefix = 'unsilo-suite-'

/**
 * Gives a run of the tests a folder for temporary files in memory, where there is room. No test can tell whether a disk has
 * really synced, and they sync many thousand times. Where `TMPDIR` is set, it is left as it is: `TMPDIR=/var/tmp npm test` runs
 * all of them on a disk.
 */
export default function giveMemoryDisk(): (() => void) | undefined {
  if (process.env['TMPDIR'] !== undefined || freeBytes() < enoughBytes) return undefined
  removeLeftovers()
  const folder = mkdtempSync(join(memory, `${prefix}${process.pid}-`))
  // Servers run as users of their own.
  chmodSync(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

function freeBytes(): number {
  if (statSync(memory, { throwIfNoEntry: false }) === undefined) return 0
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize
}

/** Of runs that were killed: they would take memory until the machine is restarted. */
function removeLeftovers(): void {
  for (const name of readdirSync(memory)) {
    const id = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0
    if (id > 0 && !isThere(id)) rmSync(join(memory, name), { recursive: true, force: true })
  }
}

function isThere(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
