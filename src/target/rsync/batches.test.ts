import { expect, it } from 'vitest'
import { createBatches } from './batches.ts'

const never = new AbortController().signal

function recorder(fails: (item: number) => string | undefined = () => undefined) {
  const runs: number[][] = []
  const batched = createBatches<number>(
    1,
    async (items) => {
      runs.push([...items])
      await new Promise((resolve) => setImmediate(resolve))
      const error = items.map(fails).find((message) => message !== undefined)
      if (error !== undefined) throw new Error(error)
    },
    (error) => (error as Error).message === 'away',
  )
  return { runs, batched }
}

it('does together what is asked for at the same time, and what came meanwhile', async () => {
  const { runs, batched } = recorder()
  const first = Promise.all([1, 2, 3].map((item) => batched(item, never)))
  await Promise.resolve()
  await Promise.all([first, batched(4, never), batched(5, never)])
  expect(runs).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
})

it('keeps apart what has another signal', async () => {
  const { runs, batched } = recorder()
  const other = new AbortController().signal
  await Promise.all([batched(1, never), batched(2, other), batched(3, never)])
  expect(runs).toEqual([[1, 3], [2]])
})

it('gives each its own error, and the others none', async () => {
  const { batched } = recorder((item) => (item === 2 ? 'bad' : undefined))
  const ends = await Promise.allSettled([1, 2, 3].map((item) => batched(item, never)))
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('tries none alone when the error is that of all', async () => {
  const { runs, batched } = recorder(() => 'away')
  const ends = await Promise.allSettled([1, 2, 3].map((item) => batched(item, never)))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(runs).toHaveLength(1)
})
