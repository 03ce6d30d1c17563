import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder that is removed when the test has ended. @param place The folder to make it in. */
export function temporaryFolder(place = tmpdir()): string {
  const path = mkdtempSync(join(place, 'unsilo-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const deviceOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.dev

/**
 * A place on another file system than that of `temporaryFolder`, so that nothing can be renamed from one to the other; `undefined`
 * where there is none.
 */
export const otherDisk = ['/var/tmp', '/dev/shm'].find(
  (path) => deviceOf(path) !== undefined && deviceOf(path) !== deviceOf(tmpdir()),
)
