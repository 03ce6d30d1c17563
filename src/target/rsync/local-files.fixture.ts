import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { knownOf } from '../contract-subject.fixture.ts'
import type { LocalFile } from '../target.ts'

/** Files of this machine, by their paths at the target. */
export function localFiles(contents: Readonly<Record<string, string | Uint8Array>>): LocalFile[] {
  const folder = temporaryFolder()
  return Object.entries(contents).map(([path, content], index) => {
    // The names here have nothing to do with those there.
    const from = join(folder, String(index))
    mkdirSync(dirname(from), { recursive: true })
    writeFileSync(from, content)
    return { path, from, ...knownOf(content) }
  })
}
