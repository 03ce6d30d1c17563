import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOccurrence, previousOccurrence } from './cron.ts'
import { dueness } from './due.ts'
import type { Schedule } from './schedule.ts'
import { type SteadyClock, keepTicking } from './ticking.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A machine whose time of day is set, and that sleeps, as it comes. Both happen while a program waits. */
class Machine implements SteadyClock {
  steady = 0
  wall: number
  readonly events: { at: number; asleepMs?: number; setMs?: number }[]
  readonly endMs: number
  readonly #end = new AbortController()

  constructor(start: string, endMs: number, events: Machine['events'] = []) {
    this.wall = Date.parse(start)
    this.endMs = endMs
    this.events = [...events].sort((a, b) => a.at - b.at)
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  steadyMs(): number {
    return this.steady
  }

  async sleep(ms: number): Promise<void> {
    this.pass(ms)
  }

  pass(ms: number): void {
    this.steady += ms
    this.wall += ms
    while (this.events[0] !== undefined && this.events[0].at <= this.steady) {
      const { asleepMs = 0, setMs = 0 } = this.events.shift()!
      this.steady += asleepMs
      this.wall += asleepMs + setMs
    }
    if (this.steady >= this.endMs) this.#end.abort()
  }
}

async function ticksOf(machine: Machine, everyMs: number, workMs = 0): Promise<number[]> {
  const ticks: number[] = []
  await keepTicking({
    everyMs,
    clock: machine,
    signal: machine.signal,
    async work() {
      ticks.push(machine.steady)
      machine.pass(workMs)
    },
  })
  return ticks
}

const event = fc.record({
  at: fc.integer({ min: 0, max: 2 * day }),
  asleepMs: fc.integer({ min: 0, max: 10 * hour }),
  setMs: fc.integer({ min: -3 * hour, max: 3 * hour }),
})

describe('ticking', () => {
  it('begins at once and goes on evenly', async () => {
    expect(await ticksOf(new Machine('2026-03-01T00:00:00Z', hour), 15 * minute)).toEqual(
      [0, 15, 30, 45].map((at) => at * minute),
    )
  })

  it('makes up once for a sleep, however long', async () => {
    const machine = new Machine('2026-03-01T00:00:00Z', 10 * hour, [{ at: 20 * minute, asleepMs: 8 * hour }])
    const ticks = await ticksOf(machine, 15 * minute)
    const woken = 20 * minute + 8 * hour
    expect(ticks.slice(0, 4)).toEqual([0, 15 * minute, woken, woken + 15 * minute])
  })

  it('never works twice at a time, and goes on at once after work that took too long', async () => {
    const ticks = await ticksOf(new Machine('2026-03-01T00:00:00Z', hour), 10 * minute, 25 * minute)
    expect(ticks).toEqual([0, 25 * minute, 50 * minute])
  })

  it('keeps its distance and misses nothing, whatever the clock is set to and however the machine sleeps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 8 }), fc.integer({ min: 1, max: 90 }), async (events, every) => {
        const machine = new Machine('2026-03-28T00:00:00Z', 2 * day, events)
        const sleeps = machine.events.map(({ at, asleepMs = 0 }) => ({ at, asleepMs }))
        const ticks = await ticksOf(machine, every * minute)
        for (const [index, tick] of ticks.entries()) {
          const gap = tick - (ticks[index - 1] ?? -Infinity)
          expect(gap).toBeGreaterThanOrEqual(every * minute)
          const asleep = sleeps.reduce((sum, one) => sum + one.asleepMs, 0)
          if (index > 0) expect(gap).toBeLessThan(every * minute + asleep + 5000)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('exports once for each time of a schedule, across all changes of summer time, and sleeps', async () => {
    const changes = ['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31']
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']
    const pattern = '30 2 * * *'
    for (const [timezone, date] of zones.flatMap((zone) => changes.map((day) => [zone, day] as const))) {
      const schedule: Schedule = { kind: 'cron', pattern, timezone }
      const start = Date.parse(`${date}T00:00:00Z`) - day
      // A night in which the lid was closed from before the time until after it.
      const asleepMs = 30 * hour
      const machine = new Machine(new Date(start).toISOString(), 5 * day, [{ at: 3.5 * day, asleepMs }])
      const exports: Date[] = [new Date(start)]
      await keepTicking({
        everyMs: 30 * minute,
        clock: machine,
        signal: machine.signal,
        async work() {
          const now = new Date(machine.wall)
          const occurrences = {
            previous: previousOccurrence(pattern, timezone, now),
            next: nextOccurrence(pattern, timezone, now),
          }
          const lastGood = exports.at(-1)!
          if (dueness({ schedule, now, lastGood, occurrences, attempts: { count: 0 } }).due) exports.push(now)
        },
      })
      // Of each export, the time that it answers to: all differ, and at most those slept through are missing.
      const answered = exports.slice(1).map((at) => previousOccurrence(pattern, timezone, at)!.toISOString())
      expect(new Set(answered).size).toBe(answered.length)
      const all: string[] = []
      let at = nextOccurrence(pattern, timezone, new Date(start))
      for (; at !== undefined && at.getTime() < machine.wall - hour; at = nextOccurrence(pattern, timezone, at))
        all.push(at.toISOString())
      expect(all.filter((time) => !answered.includes(time)).length).toBeLessThanOrEqual(1)
      expect(answered.length).toBeGreaterThanOrEqual(4)
    }
  })
})
