import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Due } from './due.ts'
import { type AlertState, type Incident, type Trouble, foldIncidents, noAlerts } from './incident.ts'
import type { ChannelRules } from './rules.ts'
import { recordFailed, recordSent } from './sent.ts'
import { type Severity, isAtLeast, severities } from './severity.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = new Date(2026, 2, 1, 8).getTime()

const mail: ChannelRules = { name: 'mail', minSeverity: 'warning', resolved: true }
const phone: ChannelRules = { name: 'phone', minSeverity: 'error', datasets: ['t*'], resolved: false }

function trouble(more: Partial<Trouble> = {}): Trouble {
  const common = { since: undefined, why: 'HTTP 401', next: 'make a new token' }
  return { dataset: 'todo', cause: 'late', severity: 'error', what: 'no good export for 3 days', ...common, ...more }
}

/** A machine that looks, tells and remembers. */
function watcher(channels: readonly ChannelRules[], settleMs = 15 * minute) {
  let state: AlertState = noAlerts
  let time = start
  return {
    get state() {
      return state
    },
    /** Waits, looks and tells; channels in `down` take nothing. */
    look(
      afterMs: number,
      troubles: readonly Trouble[],
      down: readonly string[] = [],
      about?: readonly string[],
    ): Due[] {
      time += afterMs
      const now = new Date(time)
      const folded = foldIncidents(state, troubles, channels, now, { settleMs, about })
      state = folded.state
      const told: Due[] = []
      const failed = new Set<string>()
      for (const due of folded.due) {
        if (failed.has(due.channel)) continue
        if (down.includes(due.channel)) {
          state = recordFailed(state, due.channel, now, { reason: 'no answer' })
          failed.add(due.channel)
        } else {
          state = recordSent(state, due, now)
          told.push(due)
        }
      }
      return told
    },
    jump(ms: number) {
      time += ms
    },
  }
}

const kinds = (told: readonly Due[]): string[] => told.map(({ channel, kind }) => `${channel} ${kind}`)

describe('an incident', () => {
  it('is told at once, again after 1, 2 and 4 days, then each week, and once when it is over', () => {
    const it = watcher([mail])
    const told: number[] = []
    for (let hours = 0; hours < 24 * 30; hours++) {
      if (it.look(hours === 0 ? 0 : hour, [trouble()]).length > 0) told.push(hours / 24)
    }
    expect(told).toEqual([0, 1, 3, 7, 14, 21, 28])
    expect(kinds(it.look(minute, []))).toEqual([])
    expect(kinds(it.look(20 * minute, []))).toEqual(['mail resolved'])
    expect(it.look(day, [])).toEqual([])
    expect(it.state.incidents).toEqual([])
  })

  it('is told at once when it grows, and not when it shrinks', () => {
    const it = watcher([mail])
    it.look(0, [trouble({ severity: 'warning' })])
    expect(kinds(it.look(minute, [trouble({ severity: 'critical' })]))).toEqual(['mail worse'])
    expect(it.look(minute, [trouble({ severity: 'warning' })])).toEqual([])
    expect(it.look(minute, [trouble({ severity: 'critical' })])).toEqual([])
  })

  it('is one for each dataset and cause: the worst is told', () => {
    const it = watcher([mail])
    it.look(0, [
      trouble({ severity: 'warning' }),
      trouble(),
      trouble({ cause: 'suspect' }),
      trouble({ dataset: 'bank' }),
    ])
    expect(it.state.incidents.map(({ dataset, cause, severity }) => [dataset, cause, severity])).toEqual([
      ['todo', 'late', 'error'],
      ['todo', 'suspect', 'error'],
      ['bank', 'late', 'error'],
    ])
  })

  it('goes to the channels that it is for', () => {
    const it = watcher([mail, phone])
    const told = it.look(0, [trouble({ severity: 'warning' }), trouble({ cause: 'x' }), trouble({ dataset: 'bank' })])
    expect(kinds(told)).toEqual(['mail opened', 'mail opened', 'mail opened', 'phone opened'])
  })

  it('is not over because its dataset was not looked at', () => {
    const it = watcher([mail])
    it.look(0, [trouble()])
    expect(it.look(hour, [], [], ['bank'])).toEqual([])
    expect(it.look(hour, [], [], ['bank'])).toEqual([])
    expect(it.state.incidents).toHaveLength(1)
  })

  it('is told to a channel that is added later', () => {
    const one = watcher([mail])
    one.look(0, [trouble()])
    const { due } = foldIncidents(one.state, [trouble()], [mail, phone], new Date(start + minute))
    expect(kinds(due)).toEqual(['phone opened'])
  })

  it('comes in one message when there are many at once', () => {
    const it = watcher([mail])
    const many = Array.from({ length: 12 }, (_, index) => trouble({ dataset: `d${index}` }))
    const told = it.look(0, many)
    expect(kinds(told)).toEqual(['mail gathered'])
    expect(told[0]!.about).toHaveLength(12)
    expect(it.look(minute, many)).toEqual([])
  })
})

describe('a channel that fails', () => {
  it('is a trouble that the others tell, is tried again ever more rarely, and misses nothing', () => {
    const it = watcher([mail, phone])
    expect(kinds(it.look(0, [trouble()], ['mail']))).toEqual(['phone opened'])
    expect(kinds(it.look(0, [trouble()], ['mail']))).toEqual(['phone opened'])
    expect(it.state.incidents.map(({ cause }) => cause)).toEqual(['late', 'channel:mail'])
    const tried: number[] = []
    for (let minutes = 1; minutes <= 200; minutes++) {
      const before = it.state.channels['mail']!.failing!.failures
      it.look(minute, [trouble()], ['mail'])
      if (it.state.channels['mail']!.failing!.failures > before) tried.push(minutes)
    }
    expect(tried).toEqual([5, 15, 35, 75, 135, 195])
    expect(kinds(it.look(hour, []))).toEqual(['mail again'])
    expect(it.state.channels['mail']!.failing).toBeUndefined()
    // It never heard of the trouble, so it hears that it was there.
    expect(kinds(it.look(hour, []))).toEqual(['mail resolved'])
  })

  it('does not tell of itself', () => {
    const it = watcher([mail])
    it.look(0, [trouble()], ['mail'])
    expect(kinds(it.look(hour, [trouble()]))).toEqual(['mail opened'])
    expect(kinds(it.look(hour, [trouble()]))).toEqual([])
  })

  it('is told in every channel, whatever datasets that is for', () => {
    const it = watcher([{ ...phone, datasets: ['nothing'] }, mail])
    it.look(0, [trouble()], ['mail'])
    expect(kinds(it.look(0, [trouble()], ['mail']))).toEqual(['phone opened'])
  })
})

describe('a channel that had failed', () => {
  it('says that it works again when it has nothing else to say', () => {
    const it = watcher([phone])
    it.look(0, [trouble()])
    it.look(day, [trouble()], ['phone'])
    expect(it.look(0, [])).toEqual([])
    expect(kinds(it.look(hour, []))).toEqual(['phone again'])
    expect(it.look(hour, [])).toEqual([])
  })
})

describe('a digest', () => {
  const at = { every: 'daily', hour: 7, minute: 0, weekday: 'monday' } as const
  const gathered: ChannelRules = { name: 'mail', minSeverity: 'info', resolved: true, digest: at }

  it('comes once a day, also when all is well, and what is critical comes at once', () => {
    const it = watcher([gathered])
    const told: string[] = []
    for (let hours = 0; hours < 73; hours++) {
      const critical = hours === 30 ? [trouble({ cause: 'x', severity: 'critical' })] : []
      told.push(...kinds(it.look(hour, hours < 30 ? [trouble()] : critical)))
    }
    expect(told.filter((kind) => kind === 'mail digest')).toHaveLength(3)
    expect(told.filter((kind) => kind !== 'mail digest')).toEqual(['mail opened', 'mail resolved'])
  })

  it('tells what came and went since the last one', () => {
    const it = watcher([gathered], 0)
    const told = [it.look(0, []), it.look(hour, [trouble()]), it.look(hour, [])]
    for (let hours = 0; hours < 24; hours++) told.push(it.look(hour, []))
    const digests = told.flat()
    expect(digests.map(({ kind }) => kind)).toEqual(['digest'])
    expect(digests[0]!.about.map(({ kind }) => kind)).toEqual(['resolved'])
    expect(it.state.incidents).toEqual([])
  })
})

interface Step {
  afterMs: number
  wrong: { dataset: string; severity: Severity }[]
  down: string[]
}

const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 * day })),
    wrong: fc.uniqueArray(
      fc.record({ dataset: fc.constantFrom('todo', 'tree', 'bank'), severity: fc.constantFrom(...severities) }),
      { selector: ({ dataset }) => dataset },
    ),
    down: fc.subarray(['mail', 'phone']),
  }),
  { maxLength: 40 },
)

const wrongAt = ({ wrong }: Step): Trouble[] => wrong.map((one) => trouble(one))
const byId = (state: AlertState): Map<string, Incident> => new Map(state.incidents.map((one) => [one.id, one]))

describe('whatever happens', () => {
  it('loses nothing: what is wrong while a channel works has been told there', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const it = watcher([mail, phone])
        for (const step of all) {
          it.look(step.afterMs, wrongAt(step), step.down)
          const { failing } = it.state.channels['mail']!
          if (failing !== undefined) continue
          for (const { dataset, severity } of step.wrong) {
            if (!isAtLeast(severity, 'warning')) continue
            const incident = it.state.incidents.find((one) => one.dataset === dataset && one.resolved === undefined)!
            expect(isAtLeast(incident.lastSent['mail']!.severity, severity)).toBe(true)
          }
        }
      }),
    )
  })

  it('tells each thing once: a beginning, an end after it, and a day at least between repetitions', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const it = watcher([mail, phone])
        const heard = new Map<string, { kind: string; at: number }[]>()
        let time = 0
        for (const step of all) {
          time += step.afterMs
          for (const { channel, about } of it.look(step.afterMs, wrongAt(step), step.down)) {
            for (const { id, kind } of about) {
              const key = `${channel} ${id}`
              heard.set(key, [...(heard.get(key) ?? []), { kind, at: time }])
            }
          }
        }
        for (const told of heard.values()) {
          const said = told.map(({ kind }) => kind)
          expect(said.filter((kind) => kind === 'opened').length).toBeLessThanOrEqual(1)
          expect(said.slice(1)).not.toContain('opened')
          expect(said.slice(0, -1)).not.toContain('resolved')
          expect(said.filter((kind) => kind === 'worse').length).toBeLessThan(severities.length)
          for (const [index, { kind, at }] of told.entries()) {
            if (kind === 'still') expect(at - told[index - 1]!.at).toBeGreaterThanOrEqual(day)
          }
        }
      }),
    )
  })

  it('says the same when it looks twice and nothing was delivered', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.constantFrom('todo', 'tree', 'bank')), (all, datasets) => {
        const it = watcher([mail, phone])
        for (const step of all) it.look(step.afterMs, wrongAt(step), step.down)
        const wrong = datasets.map((dataset) => trouble({ dataset }))
        const now = new Date(start + 200 * day)
        const once = foldIncidents(it.state, wrong, [mail, phone], now)
        expect(foldIncidents(once.state, wrong, [mail, phone], now)).toEqual(once)
      }),
    )
  })

  it('is monotone: more troubles never mean fewer incidents, nor does a worse one reach fewer channels', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...severities), fc.constantFrom(...severities), (all, one, other) => {
        const [lesser, greater] = isAtLeast(one, other) ? [other, one] : [one, other]
        const it = watcher([mail, phone])
        for (const step of all) it.look(step.afterMs, wrongAt(step), [])
        const now = new Date(start + 200 * day)
        const fold = (troubles: Trouble[]) => foldIncidents(it.state, troubles, [mail, phone], now)
        const open = ({ state }: { state: AlertState }): string[] =>
          state.incidents.filter((incident) => incident.gone === undefined).map(({ dataset }) => dataset)
        const [few, more] = [
          fold([trouble({ severity: lesser })]),
          fold([trouble({ severity: greater }), trouble({ dataset: 'more' })]),
        ]
        expect(open(more)).toEqual(expect.arrayContaining(open(few)))
        const reached = ({ due, state }: { due: Due[]; state: AlertState }): string[] => {
          const id = state.incidents.find(({ dataset, resolved }) => dataset === 'todo' && resolved === undefined)!.id
          return due.filter(({ about }) => about.some((told) => told.id === id)).map(({ channel }) => channel)
        }
        expect(reached(more)).toEqual(expect.arrayContaining(reached(few)))
      }),
    )
  })

  it('does not flap: what goes and comes back sooner than it settles is one incident', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 14 * minute }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(gaps, (waits) => {
        const it = watcher([mail])
        const told = waits.flatMap((wait, index) => it.look(wait, index % 2 === 0 ? [trouble()] : []))
        expect(kinds(told)).toEqual(['mail opened'])
      }),
    )
  })

  it('is not silenced by a clock that was ahead', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: day, max: 20_000 * day }), (all, ahead) => {
        const it = watcher([mail])
        it.look(0, [trouble()])
        it.jump(ahead)
        for (const step of all) it.look(step.afterMs, [trouble()], step.down)
        it.jump(-ahead)
        const told = Array.from({ length: 8 }, () => it.look(day, [trouble()])).flat()
        expect(told.length).toBeGreaterThan(0)
      }),
    )
  })

  it('remembers nothing of what is over and was told', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const it = watcher([mail, phone])
        for (const step of all) it.look(step.afterMs, wrongAt(step), step.down)
        for (let times = 0; times < 6; times++) it.look(2 * hour, [])
        expect(byId(it.state).size).toBe(0)
      }),
    )
  })
})
