import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Fault, Killed, breakingFiles } from '../../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { UnsiloError } from '../../errors.ts'
import type { Context, Dataset } from '../dataset.ts'
import { sealedParcels } from '../history.ts'
import { pruneDataset } from '../prune.ts'
import { packDataset } from './pack.ts'
import { contentsOfAll, datasetWith, folder, packing } from './packs.fixture.ts'
import { unpackDataset } from './unpack-parcels.ts'

interface Scene {
  name: string
  /** The state before what is killed. */
  prepare(test: TestDataset): Promise<void>
  action(dataset: Dataset, context: Context): Promise<unknown>
  /** Those that it may remove, whenever it is killed. */
  removes?: readonly string[]
}

const pack = (dataset: Dataset, context: Context): Promise<unknown> => packDataset(dataset, context, false)

const scenes: Scene[] = [
  { name: 'a first pack', prepare: () => Promise.resolve(), action: pack },
  {
    name: 'a pack that gets more parcels',
    async prepare(test) {
      test.clock.advance(-37 * 24 * 3_600_000)
      await pack(await test.open(), test.context)
      test.clock.advance(37 * 24 * 3_600_000)
    },
    action: pack,
  },
  {
    name: 'an unpacking of some of a pack',
    prepare: async (test) => void (await pack(await test.open(), test.context)),
    action: (dataset, context) => unpackDataset(dataset, context, ['2026-03-01T060000Z', '2026-03-09T060000Z']),
  },
  {
    name: 'an unpacking of all',
    prepare: async (test) => void (await pack(await test.open(), test.context)),
    action: (dataset, context) => unpackDataset(dataset, context, []),
  },
  {
    name: 'a prune of parcels in a pack',
    async prepare(test) {
      await pack(await test.open(), test.context)
      test.configure(`${packing}\nkeep = 4`)
    },
    action: (dataset, context) => pruneDataset(dataset, context, false),
    removes: ['2026-03-01T060000Z'],
  },
]

/** A copy of a prepared dataset, so that the same can be done to it again. */
function copyOf(prepared: TestDataset, config: string): TestDataset {
  const root = temporaryFolder()
  execFileSync('cp', ['-a', prepared.folder, join(root, 'todoist')])
  const test = testDataset(config, 'todoist', root)
  test.clock.advance(prepared.clock.now().getTime() - test.clock.now().getTime())
  return test
}

/** @returns How it ended. */
async function attempt(test: TestDataset, { action }: Scene, fault: Fault): Promise<'done' | 'killed' | 'refused'> {
  const context = { ...test.context, system: { ...test.system, files: breakingFiles(fault).files } }
  try {
    const done = (await action(await test.open(), context)) as { problems?: unknown[] }
    return (done.problems ?? []).length > 0 ? 'refused' : 'done'
  } catch (error) {
    if (error instanceof Killed) return 'killed'
    if (error instanceof UnsiloError) return 'refused'
    throw error
  }
}

/** How many steps that change the disk it takes. */
async function stepsOf(test: TestDataset, { action }: Scene): Promise<number> {
  const { files, steps } = breakingFiles(() => 'go on')
  await action(await test.open(), { ...test.context, system: { ...test.system, files } })
  return steps.length
}

/** Every parcel is there, readable, and as it was; what was to be pruned may be gone. */
async function expectAllThere(
  test: TestDataset,
  contents: Record<string, string>,
  { removes = [] }: Scene,
  when: string,
): Promise<void> {
  const isKept = ([path]: [string, string]): boolean => !removes.some((id) => path.startsWith(id))
  const now = await contentsOfAll(test)
  const kept = Object.fromEntries(Object.entries(contents).filter(isKept))
  expect(Object.fromEntries(Object.entries(now).filter(isKept)), when).toEqual(kept)
}

describe.each(scenes)('$name', (scene) => {
  it.each(['kill half-way', 'ENOSPC'] as const)(
    'loses nothing when it meets a %s at any step, and the next run goes on',
    async (how) => {
      const config = scene.removes === undefined ? packing : `${packing}\nkeep = 4`
      const prepared = await datasetWith({ cmd: folder }, 5)
      await scene.prepare(prepared)
      prepared.configure(config)
      const contents = await contentsOfAll(prepared)
      const whole = await stepsOf(copyOf(prepared, config), scene)
      let broken = 0
      // The last one is none.
      for (let step = 1; step <= whole + 1; step++) {
        const test = copyOf(prepared, config)
        const verdict = how === 'ENOSPC' ? { refuse: how } : how
        const end = await attempt(test, scene, (at) => (at === step ? verdict : 'go on'))
        const when = `${how} at step ${step}`
        await expectAllThere(test, contents, scene, when)
        if (step > whole) expect(end, when).toBe('done')
        // Some steps may be refused without harm.
        if (end === 'done') continue
        broken += 1
        const { problems } = await test.run()
        expect(problems, when).toEqual([])
        await expectAllThere(test, contents, scene, `after ${when}`)
        expect(test.names('incomplete'), when).toEqual([])
        await scene.action(await test.open(), test.context)
        await expectAllThere(test, contents, scene, `done again after ${when}`)
        const names = test.names('data').filter((name) => !name.endsWith('.pack.tar.zst'))
        const packs = test.history().packs.flatMap(({ index }) => index!.parcels.map(({ name }) => name))
        expect(new Set([...names, ...packs]).size, `${when}: nothing is there twice`).toBe(names.length + packs.length)
        if (scene.removes !== undefined)
          expect(sealedParcels(test.history()).map(({ id }) => id)).not.toContain(scene.removes[0])
      }
      expect(broken).toBeGreaterThan(5)
    },
    300_000,
  )
})
