import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type TestMerged, TestLog, found, viewOf } from '../view.fixture.ts'

const newest = 6
const view = viewOf({ window: { newest } })

/** What becomes of a list until it is looked at again: new items come first, any may be taken out, one may be added anew. */
interface Step {
  added: number
  removed: readonly number[]
  again?: number | undefined
}

interface Look {
  /** All that there is, the newest first. */
  list: readonly number[]
  shown: readonly number[]
}

function live(steps: readonly Step[]): Look[] {
  let list: number[] = []
  let next = 1
  return steps.map(({ added, removed, again }) => {
    for (let count = 0; count < added; count++) list.unshift(next++)
    for (const place of removed) if (list.length > 0) list = list.toSpliced(place % list.length, 1)
    if (again !== undefined && list.length > 0) {
      const place = again % list.length
      list = [list[place]!, ...list.toSpliced(place, 1)]
    }
    return { list, shown: list.slice(0, newest) }
  })
}

/** What is told after each look, of all parcels until then. */
async function mergedAfterEach(looks: readonly Look[]): Promise<TestMerged[]> {
  const parcels = looks.map(({ shown }, hour) => {
    const at = new Date(Date.UTC(2026, 0, 1, hour))
    const id = at.toISOString().replaceAll(/:|\.\d+/g, '')
    return { id, at, isEvidence: true, found: shown.map((item) => found(`{"id":${item}}`)) }
  })
  const log = await new TestLog(view).read(parcels)
  let state: ReturnType<TestLog['merge']> | undefined
  return parcels.map((parcel, index) => {
    const whole = log.merged(log.merge(parcels.slice(0, index + 1)))
    // One by one gives the same.
    state = log.merge([parcel], state)
    expect(log.merged(state)).toEqual(whole)
    return whole
  })
}

const absentIn = ({ items }: TestMerged): number[] =>
  items.filter(({ absentSince }) => absentSince !== undefined).map(({ key }) => Number(key))

const someStep = fc.record({ added: fc.nat(4), removed: fc.array(fc.nat(20), { maxLength: 2 }) })
const manySteps = fc.record({ added: fc.nat(9), removed: fc.array(fc.nat(20), { maxLength: 5 }) })
const steps = fc.array(fc.oneof({ weight: 4, arbitrary: someStep }, manySteps), { maxLength: 10 })

it('finds what was taken out of a list by what stood below it, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const looks = live(plan)
      const told = await mergedAfterEach(looks)
      const seen = new Set<number>()
      let absent = new Set<number>()
      for (const [index, { shown }] of looks.entries()) {
        const before = looks[index - 1]?.shown ?? []
        const common = before.filter((item) => shown.includes(item))
        // Items are numbered by the time at which they were added, so what has a smaller number stands below.
        const witnesses = (item: number): boolean =>
          shown.some((other) => other < item && seen.has(other) && (!before.includes(other) || before.includes(item)))
        const isGone = (item: number): boolean =>
          absent.has(item) || shown.length < newest || (common.length > 1 && witnesses(item))
        absent = new Set([...seen].filter((item) => !shown.includes(item) && isGone(item)))
        expect(new Set(absentIn(told[index]!))).toEqual(absent)
        for (const item of shown) seen.add(item)
      }
    }),
    { numRuns: 120 },
  )
})

it('is not misled by one item that is taken out and added anew', async () => {
  const again = fc.array(
    fc.record({
      added: fc.nat(5),
      removed: fc.array(fc.nat(20), { maxLength: 2 }),
      again: fc.option(fc.nat(20), { nil: undefined }),
    }),
    { maxLength: 10 },
  )
  await fc.assert(
    fc.asyncProperty(again, async (plan) => {
      const looks = live(plan)
      for (const [index, merged] of (await mergedAfterEach(looks)).entries())
        for (const item of absentIn(merged)) expect(looks[index]!.list).not.toContain(item)
    }),
    { numRuns: 120 },
  )
})

it('finds gaps by keys alone, and says how much was new', async () => {
  const looks = live([
    { added: 10, removed: [] },
    { added: 2, removed: [0] },
    { added: 6, removed: [] },
    { added: 1, removed: [2, 3] },
  ])
  const { gaps, headroom } = (await mergedAfterEach(looks)).at(-1)!
  expect(gaps).toEqual([{ after: '2026-01-01T010000Z', before: '2026-01-01T020000Z', hours: 1 }])
  expect(headroom).toEqual({ turnover: 1 / 6, mostTurnover: 1, longestHours: expect.any(Number) as number })
})

it('tells of a gap exactly where a full list has nothing of the one before', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const looks = live(plan)
      const expected = looks.filter(
        ({ shown }, index) =>
          index > 0 && shown.length === newest && !shown.some((item) => looks[index - 1]!.shown.includes(item)),
      )
      expect((await mergedAfterEach(looks)).at(-1)?.gaps ?? []).toHaveLength(expected.length)
    }),
    { numRuns: 100 },
  )
})
