import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { hasOwnZstd, hasProgram } from '../../system/machine.ts'
import { sealedParcels } from '../history.ts'
import { openLenderAhead } from './lend-ahead.ts'
import { readyViews } from './views.ts'

const view = 'interval = "1 day"\n[views.items]\nkey = "id"\n'
const idOf = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T060000Z`
const contentOf = (day: number): string => JSON.stringify([{ id: 1, day }, { id: 100 + day }])

/** Puts parcels there, one a day, as zstd or as they are. */
function put(test: TestDataset, days: readonly number[], extension = 'json.zst'): void {
  const data = join(test.folder, 'data')
  mkdirSync(data, { recursive: true })
  for (const day of days) {
    const path = join(data, `${idOf(day)}.json`)
    writeFileSync(path, contentOf(day))
    if (extension === 'json.zst') execFileSync('zstd', ['-q', '--rm', path])
  }
}

const days = Array.from({ length: 28 }, (_, index) => index + 1)
const hasZstd = (await hasProgram('zstd', '--version')) && !hasOwnZstd()

describe.skipIf(!hasZstd)(
  'a lender of small files of zstd (skipped where Node.js has its own, or there is no program)',
  () => {
    /** What is lent, by day: its extension and content; of what is still compressed, nothing. */
    async function lent(test: TestDataset, order: readonly number[]): Promise<[string, string | undefined][]> {
      const stored = sealedParcels(test.history()).map((parcel) => parcel.stored)
      const lender = openLenderAhead(await test.open(), test.context, stored)
      const found: [string, string | undefined][] = []
      try {
        for (const day of order) {
          const one = await lender.borrow(stored.find(({ id }) => id === idOf(day))!)
          const { path, extension } = one.stored
          found.push([extension, extension === 'json' ? readFileSync(path, 'utf8') : undefined])
          await one.release()
        }
      } finally {
        await lender.close()
      }
      expect(readdirSync(test.folder)).toContain('data')
      const left = join(test.folder, '.cache/lent')
      expect(existsSync(left) ? readdirSync(left) : []).toEqual([])
      return found
    }

    it('decompresses those that come next, as long as they are asked for in their order', async () => {
      const test = testDataset(view)
      put(test, days)
      const found = await lent(test, days)
      expect(found.slice(1)).toEqual(days.slice(1).map((day) => ['json', contentOf(day)]))
      // Whoever asks for one here and one there gets them as they are.
      for (const [extension] of await lent(test, [20, 3, 9, 9, 2])) expect(extension).toBe('json.zst')
    })

    it('hands out those as they are that were decompressed with a damaged one, and that one', async () => {
      const test = testDataset(view)
      put(test, days)
      const path = join(test.folder, 'data', `${idOf(12)}.json.zst`)
      writeFileSync(path, readFileSync(path).subarray(0, 20))
      const found = await lent(test, days)
      expect(found[11]).toEqual(['json.zst', undefined])
      for (const [index, [extension, content]] of found.entries())
        if (extension === 'json') expect(content).toBe(contentOf(days[index]!))
      expect(found.at(-1)).toEqual(['json', contentOf(28)])
    })

    it('makes no difference to a view, whatever else is among the parcels', async () => {
      const tables = async (extension: string): Promise<unknown> => {
        const test = testDataset(view)
        put(test, days.slice(0, 10), extension)
        put(test, days.slice(10, 12), 'json')
        put(test, days.slice(12, 25), extension)
        const { views, problems } = await readyViews(await test.open(), test.context)
        expect(problems).toEqual([])
        // Parcels that come later, and one that comes late.
        put(test, [28, 26], extension)
        const { views: later } = await readyViews(await test.open(), test.context)
        return [...views, ...later].map(({ state, read }) => [
          read,
          state.items,
          state.versions,
          state.absent,
          state.errors,
        ])
      }
      expect(await tables('json.zst')).toEqual(await tables('json'))
    })
  },
)
