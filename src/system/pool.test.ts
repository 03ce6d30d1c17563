import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { mapPool } from './pool.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('keeps the order of the items and never runs more than the limit at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      async (turns, limit) => {
        let running = 0
        let most = 0
        const results = await mapPool(turns, limit, async (count) => {
          most = Math.max(most, ++running)
          for (let done = 0; done < count; done++) await turn()
          running--
          return count * 2
        })
        expect(results).toEqual(turns.map((count) => count * 2))
        expect(most).toBeLessThanOrEqual(limit)
        if (turns.every((count) => count > 0)) expect(most).toBe(Math.min(limit, turns.length))
      },
    ),
    { numRuns: 50 },
  )
})

it('throws the first error once what runs has settled, and starts nothing after it', async () => {
  const started: number[] = []
  const settled: number[] = []
  const work = mapPool([0, 1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item)
    if (item === 1) throw new Error('first')
    for (let count = 0; count < 5; count++) await turn()
    settled.push(item)
    if (item === 0) throw new Error('second')
  })
  await expect(work).rejects.toThrow('first')
  expect(started).toEqual([0, 1])
  expect(settled).toEqual([0])
})

it('goes on with nothing when there is nothing', async () => {
  expect(await mapPool([], 4, () => Promise.reject(new Error('never')))).toEqual([])
})
