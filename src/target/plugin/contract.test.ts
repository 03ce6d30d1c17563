import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { openTarget } from '../all.ts'
import type { ContractSubject } from '../contract-subject.fixture.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { targetContract } from '../target.contract.ts'
import type { Target } from '../target.ts'

/** One try, no limit and no watch: nothing is around the module. */
const alone = { kind: 'plugin' as const, module: './shelf.mjs', tries: 1 }

describe('a target that a module defines', () => {
  const mayMount = process.getuid?.() === 0
  const start = async (): Promise<ContractSubject> => {
    const root = temporaryFolder()
    copyFileSync(join(import.meta.dirname, 'shelf.fixture.mjs'), join(root, 'shelf.mjs'))
    const open = (folder: string): Promise<Target> =>
      openTarget('mine', { ...alone, options: { folder } }, { ...targetSurroundings(), root })
    const without = { proxy: 'a folder has no connection', server: 'a folder has no server' }
    const subject = { open: () => open('shelf'), without }
    if (!mayMount) {
      return { ...subject, without: { ...without, full: reasonWithoutDisk, readOnly: reasonWithoutDisk } }
    }
    return { ...subject, full: () => open(smallDisk('size=4m')!), readOnly: () => open(smallDisk('ro')!) }
  }
  targetContract(start)
  targetFaults(start)
})
