import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targetSurroundings } from '../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { openTarget } from './all.ts'
import { body, never, read, someBytes } from './contract-subject.fixture.ts'
import { targetContract } from './target.contract.ts'

const none = { sent: () => undefined, received: () => undefined }

describe('a folder that is tried again, limited and watched', () => {
  targetContract(async () => {
    const path = join(temporaryFolder(), 'vault')
    const config = { kind: 'folder' as const, path, tries: 4, limit: 5e9 }
    return { open: () => openTarget('nas', config, { ...targetSurroundings(), watch: none }) }
  })
})

it('opens a target that is tried again, with its limit, and tells of its bytes', async () => {
  const path = temporaryFolder()
  let [sent, received, slept] = [0, 0, 0]
  const target = await openTarget(
    'nas',
    { kind: 'folder', path, tries: 2, limit: 10_000 },
    {
      ...targetSurroundings(),
      clock: {
        now: () => new Date(0),
        async sleep(ms) {
          slept = Math.max(slept, ms)
        },
      },
      watch: { sent: (bytes) => (sent += bytes), received: (bytes) => (received += bytes) },
    },
  )
  await target.put('file', body(someBytes(20_000)), never)
  expect([sent, statSync(join(path, 'file')).size]).toEqual([20_000, 20_000])
  // On a clock that stands still.
  expect(slept).toBe(1500)
  await read(target, 'file')
  expect(received).toBe(20_000)
})
