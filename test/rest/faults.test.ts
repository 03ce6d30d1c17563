import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import type { Fault, FaultRule } from '../simulator/service/fault.ts'
import type { LimitStyle } from '../simulator/service/fault.ts'
import { type Kind, kindNamed, kinds, streamOf } from './kinds.fixture.ts'
import { idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const limits = 'limits = { timeout = "1s" }\nretry = { tries = 3 }'
const paged = kinds.filter(({ name }) => name !== 'none')

/** A stream of four pages or so, and a fault in the second answer. */
async function struck(kind: Kind, fault: Fault, rule: Partial<FaultRule> = {}): Promise<Scene> {
  const made = await scene(limits + streamOf(kind, 8), { account: { createdPerDay: 0.4 } })
  made.service.plan([{ stream: 'page', from: kind.name === 'none' ? 1 : 2, fault, ...rule }])
  return made
}

async function expectEverything({ service, dataset, exportWell }: Scene, kind: Kind): Promise<void> {
  await exportWell()
  const { manifest, records } = await readParcel(dataset)
  expect(idsOf(await records<Item>('items', kind.items))).toEqual(idsOf(service.account.listed()))
  expect(manifest.streams['items']!.complete).toBe(true)
}

const passing: [string, Fault][] = [
  ['no answer', { kind: 'reset' }],
  ['no answer, although it was carried out', { kind: 'reset', handled: true }],
  ['a connection reset in the body', { kind: 'reset-in-body' }],
  ['a body shorter than its Content-Length', { kind: 'short-body' }],
  ['chunks without an end', { kind: 'short-chunked' }],
  ['JSON that is cut off in a whole answer', { kind: 'cut-json' }],
  ['a body in pieces', { kind: 'slow', pieces: 5, pauseMs: 2 }],
  ['a server error', { kind: 'server-error' }],
  ['503', { kind: 'unavailable' }],
  ['503 with Retry-After', { kind: 'unavailable', seconds: 9 }],
  ['an error that says all that was sent', { kind: 'echo' }],
  ['a redirect to itself', { kind: 'redirect', to: 'self', status: 307 }],
  ['a secondary limit', { kind: 'secondary-limit' }],
  ['a Date that is off', { kind: 'date', offSeconds: 86_400 }],
]

describe.each(kinds)('an export by $name', (kind) => {
  it.each(passing)('holds everything after %s', async (_, fault) => {
    await expectEverything(await struck(kind, fault), kind)
  })

  it('is incomplete, and says why, when a page fails for good', async () => {
    for (const status of [400, 404, 500]) {
      const { dataset, ...rest } = await struck(kind, { kind: 'status', status }, { times: 'always' })
      const event = await rest.export()
      if (kind.name === 'none') {
        expect(event).toMatchObject({ event: 'failed', reason: expect.stringContaining(`HTTP ${status}`) as string })
        continue
      }
      const why = expect.stringMatching(new RegExp(`^items is incomplete: .*HTTP ${status}`)) as string
      expect(event).toMatchObject({
        event: 'sealed',
        state: 'suspect',
        holds: 'part',
        incomplete: [why],
        doubts: [why],
      })
      const { manifest, state } = await readParcel(dataset)
      expect(manifest.streams['items']).toMatchObject({ complete: false, pages: 1 })
      expect(state.streams!['items']).not.toHaveProperty('at')
    }
  })
})

const styles: LimitStyle[] = [
  'retry-after',
  'retry-after-date',
  'reset-epoch',
  'reset-epoch-ms',
  'reset-delta',
  'rate-limit',
  'rate-limit-fields',
  'silent',
]

it.each(styles.flatMap((style) => ([429, 403] as const).map((status) => [style, status] as const)))(
  'waits as long as the server says: %s with %i',
  async (style, status) => {
    const kind = kindNamed('token')
    const made = await struck(kind, { kind: 'limited', seconds: 40, style, status })
    const before = made.dataset.clock.now().getTime()
    // Of a 403 that says nothing of a limit, nobody can know that it is one.
    if (status === 403 && style === 'silent') {
      expect(await made.export()).toMatchObject({ state: 'suspect' })
      return
    }
    await expectEverything(made, kind)
    const waitedMs = made.dataset.clock.now().getTime() - before
    expect(waitedMs).toBeGreaterThanOrEqual(40_000)
    expect(waitedMs).toBeLessThanOrEqual(style === 'silent' ? 2 * minute : 42_000)
  },
)

describe('a page without records in the middle', () => {
  const emptyPages = ['null-page', 'absent-page', 'empty-page'] as const

  it.each(
    paged
      .filter(({ isTold, name }) => isTold && !name.includes('more'))
      .flatMap((kind) => emptyPages.map((fault) => [kind.name, fault] as const)),
  )('is no quiet end where the server names a next page: %s, %s', async (name, fault) => {
    const kind = kindNamed(name)
    const made = await struck(kind, { kind: fault })
    const event = await made.export()
    expect(event).toMatchObject({
      state: 'suspect',
      incomplete: [expect.stringMatching(/^items is incomplete: an empty page, although/)],
    })
    made.dataset.clock.advance(minute)
    made.configure(limits + streamOf({ ...kind, page: kind.page.replace('}', ', empty = "continue" }') }, 8))
    made.service.plan([{ stream: 'page', from: 2, fault: { kind: fault } }])
    await made.exportWell()
    const { manifest, records } = await readParcel(made.dataset)
    expect(manifest.streams['items']!.complete).toBe(true)
    // What was on the page itself is lost by the server.
    expect(idsOf(await records<Item>('items', kind.items)).length).toBeGreaterThanOrEqual(
      made.service.account.listed().length - 8,
    )
    made.dataset.clock.advance(minute)
    made.configure(limits + streamOf({ ...kind, page: kind.page.replace('}', ', empty = "stop" }') }, 8))
    made.service.plan([{ stream: 'page', from: 2, fault: { kind: fault } }])
    await made.exportWell()
    expect((await readParcel(made.dataset)).manifest.streams['items']).toMatchObject({
      complete: true,
      why: 'an empty page',
    })
  })

  it.each(['number', 'offset', 'last-item downwards'])('is the end where nothing else tells it: %s', async (name) => {
    const { dataset, exportWell } = await struck(kindNamed(name), { kind: 'empty-page' })
    await exportWell()
    expect((await readParcel(dataset)).manifest.streams['items']).toMatchObject({ pages: 2, why: 'an empty page' })
  })

  it.each(kinds.filter(({ items }) => items !== ''))('is an error on the first page: $name', async (kind) => {
    for (const fault of ['null-page', 'absent-page'] as const) {
      const made = await struck(kind, { kind: fault }, { from: 1 })
      expect(await made.export()).toMatchObject({
        state: 'suspect',
        incomplete: [expect.stringContaining(`the first page has no items: \`items\` leads to`)],
      })
    }
  })
})

it.each(paged.filter(({ isTold, name }) => isTold && !name.startsWith('number')))(
  'a token that comes back is an error, and no endless loop: $name',
  async (kind) => {
    const made = await struck(kind, { kind: 'repeated-token' }, { times: 'always' })
    expect(await made.export()).toMatchObject({
      state: 'suspect',
      incomplete: [expect.stringContaining('the server leads back to a page that was there before')],
    })
    expect(made.service.requests.length).toBeLessThan(4)
  },
)

it.each([0, 0.5])('an answer that falls silent is asked for again (%d of it had come)', async (share) => {
  const kind = kindNamed('token')
  await expectEverything(await struck(kind, { kind: 'hang', share }), kind)
})
