import { expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { type Pacer, createPacer } from './pacer.ts'

const start = '2026-03-01T12:00:00.000Z'

function paced(limits: { rate?: number; parallel?: number; reserve?: number }): {
  pacer: Pacer
  clock: FakeClock
  reasons: string[]
} {
  const clock = new FakeClock(start)
  const reasons: string[] = []
  const pause = async (ms: number, because: string): Promise<void> => {
    if (ms > 900_000) throw new Error('too long')
    reasons.push(because)
    await clock.sleep(ms)
  }
  return { pacer: createPacer({ parallel: 1, reserve: 0, ...limits }, { clock, pause }), clock, reasons }
}

/** A request that lasts until it is ended. */
function openRequest(pacer: Pacer, begun: string[], name: string): { ended: Promise<void>; end(): void } {
  const { promise, resolve } = withResolvers()
  const ended = pacer.run(() => {
    begun.push(name)
    return promise
  })
  return { ended, end: resolve }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  return { promise: new Promise<void>((done) => (resolve = done)), resolve }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('spaces requests evenly, and counts the time that they take', async () => {
  const { pacer, clock } = paced({ rate: 1000 })
  const times: number[] = []
  for (const tookMs of [0, 400, 3000, 0]) {
    await pacer.run(async () => {
      times.push(clock.now().getTime() - Date.parse(start))
      clock.advance(tookMs)
    })
  }
  expect(times).toEqual([0, 1000, 2000, 5000])
})

it('lets so many be under way at once, in the order in which they came', async () => {
  const { pacer } = paced({ parallel: 2 })
  const begun: string[] = []
  const requests = ['a', 'b', 'c', 'd'].map((name) => openRequest(pacer, begun, name))
  await settle()
  expect(begun).toEqual(['a', 'b'])
  requests[1]!.end()
  await settle()
  expect(begun).toEqual(['a', 'b', 'c'])
  for (const { end } of requests) end()
  await Promise.all(requests.map(({ ended }) => ended))
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

it('leaves the reserve, and goes on after the reset', async () => {
  const { pacer, clock, reasons } = paced({ reserve: 10 })
  pacer.heard({ remaining: 12, resetAt: new Date(Date.parse(start) + 60_000) })
  for (let count = 0; count < 3; count++) await pacer.run(async () => undefined)
  expect(clock.sleeps).toEqual([60_000])
  expect(reasons).toEqual(['the server says that 10 requests are left'])
})

it('waits for what is under way before it waits for the reset', async () => {
  const { pacer, clock } = paced({ parallel: 3 })
  pacer.heard({ remaining: 1, resetAt: new Date(Date.parse(start) + 60_000) })
  const begun: string[] = []
  const first = openRequest(pacer, begun, 'a')
  const second = openRequest(pacer, begun, 'b')
  await settle()
  expect(begun).toEqual(['a'])
  pacer.heard({ remaining: 50, resetAt: new Date(Date.parse(start) + 60_000) })
  first.end()
  second.end()
  await Promise.all([first.ended, second.ended])
  expect(clock.sleeps).toEqual([])
})

it('holds everybody back until a time', async () => {
  const { pacer, clock } = paced({ parallel: 4 })
  pacer.holdUntil(new Date(Date.parse(start) + 5000), 'asked to')
  pacer.holdUntil(new Date(Date.parse(start) + 3000), 'earlier')
  await Promise.all([1, 2, 3].map(() => pacer.run(async () => undefined)))
  expect(clock.sleeps).toEqual([5000])
})

it('goes on after a request that failed, or was not made for its wait', async () => {
  const { pacer, clock } = paced({})
  await expect(pacer.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  pacer.holdUntil(new Date(Date.parse(start) + 9e8), 'asked to')
  await expect(pacer.run(async () => undefined)).rejects.toThrow('too long')
  clock.advance(9e8)
  expect(await pacer.run(async () => 'done')).toBe('done')
})
