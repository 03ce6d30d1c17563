import { describe, expect, it } from 'vitest'
import { day, hour, kinds, mail, minute, phone, start, trouble, watcher } from './incident.fixture.ts'
import { foldIncidents } from './incident.ts'
import type { ChannelRules } from './rules.ts'

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
