import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Due } from './due.ts'
import { day, hour, kinds, mail, minute, phone, start, trouble, watcher } from './incident.fixture.ts'
import { type AlertState, type Incident, type Trouble, foldIncidents } from './incident.ts'
import { type Severity, isAtLeast, severities } from './severity.ts'

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
