import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Random, createRandom } from '../simulator/random.ts'
import type { Item } from '../simulator/item.ts'
import { oracleOf } from '../simulator/service/oracle.ts'
import type { Service } from '../simulator/service/service.ts'
import { type Kind, kindNamed, streamOf } from './kinds.fixture.ts'
import { hour, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()

/** What docs/rest.md promises of a kind while things change between its pages. */
interface Promised {
  kind: string
  sort: string
  /** `all`: every record that is listed throughout. `steady`: those that do not change meanwhile; the others come next time. */
  holds: 'all' | 'steady'
  /** Records may be deleted between pages. */
  removes: boolean
}

const promises: Promised[] = [
  { kind: 'none', sort: 'sort = "id"', holds: 'all', removes: true },
  { kind: 'next-url', sort: 'sort = "updated_at"', holds: 'all', removes: true },
  { kind: 'token', sort: 'sort = "updated_at"', holds: 'all', removes: true },
  { kind: 'token', sort: 'sort = "updated_at", direction = "desc"', holds: 'steady', removes: true },
  { kind: 'header-token', sort: 'sort = "id"', holds: 'steady', removes: true },
  { kind: 'last-item after', sort: '', holds: 'all', removes: true },
  { kind: 'last-item from', sort: '', holds: 'all', removes: true },
  { kind: 'link', sort: 'sort = "id"', holds: 'steady', removes: false },
  { kind: 'number', sort: 'sort = "id"', holds: 'steady', removes: false },
  { kind: 'number from 0 with more', sort: 'sort = "id"', holds: 'steady', removes: false },
  { kind: 'offset', sort: 'sort = "id"', holds: 'steady', removes: false },
]

/** Adds, edits and removes a few; often several in one second, so that they share a time. */
function liveOn(service: Service, random: Random, removes: boolean): void {
  const { account } = service
  for (let acts = random.integer(0, 3); acts > 0; acts--) {
    const listed = account.listed()
    if (random.chance(0.4)) account.add(random.integer(1, 3))
    else if (listed.length > 0 && random.chance(0.7)) account.edit(random.pick(listed).id)
    else if (listed.length > 5 && removes) account.remove(random.pick(listed).id)
  }
}

const versionOf = ({ id, updated_at, body, title, tags }: Item): string =>
  JSON.stringify([id, updated_at, body, title, tags])

function config(kind: Kind, pageSize: number, sort: string): string {
  const cursor = 'cursor = { field = "updated_at", param = "since", start = "2015-01-01T00:00:00Z" }'
  return streamOf(kind, pageSize, cursor, sort)
}

/** One export while the account lives. @returns whether it was complete; then everything promised is in `held`. */
async function exportAndCheck(
  { service, dataset, export: exportNow }: Scene,
  { kind, holds, removes }: Promised,
  random: Random,
  held: Set<string>,
): Promise<boolean> {
  const breaks = random.chance(0.2)
  // All of it happens in one second: more than a page of such ties cannot be gone through by time.
  let left = kind.startsWith('last-item') ? 3 : 20
  service.plan([
    {
      stream: 'page',
      from: 2,
      times: 'always',
      fault: { kind: 'run', run: (one) => void (left-- > 0 && liveOn(one, random, removes)) },
    },
    ...(breaks ? [{ stream: 'page', from: 3, fault: { kind: 'status', status: 400 } as const }] : []),
    ...(random.chance(0.3) ? [{ stream: 'page', from: 2, fault: { kind: 'cut-json' } as const }] : []),
  ])
  const from = service.account.now
  const event = await exportNow()
  const to = service.account.now
  expect(event.event, JSON.stringify(event)).toBe('sealed')
  const { manifest, records } = await readParcel(dataset)
  for (const item of await records<Item>('items', kindNamed(kind).items)) held.add(versionOf(item))
  const { complete, errors } = manifest.streams['items']!
  if (!complete) {
    expect(errors?.join(), 'a reason').toMatch(/HTTP 400|a whole page has the same/)
    return false
  }
  const oracle = oracleOf(service.account)
  const promised =
    holds === 'all'
      ? [...oracle.listedThroughout(from, to)]
      : oracle.steadyThroughout(from, to, ['score']).map(({ id }) => id)
  for (const id of promised) {
    const versions = oracle.valuesWithin(id, from, to)
    const isHeld = versions.some((item) => held.has(versionOf(item)))
    expect(isHeld, `${id}, ${versions.map(({ updated_at }) => updated_at).join()} in ${JSON.stringify(manifest)}`).toBe(
      true,
    )
  }
  return true
}

it.each(promises)(
  'a series of exports by $kind ($sort) misses nothing of what the kind promises, whatever happens between pages',
  async (promised) => {
    let incremental = 0
    const series = fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer(promised.kind.startsWith('last-item') ? { min: 10, max: 15 } : { min: 4, max: 12 }),
      fc.constantFrom(-3600, -7, 0, 3, 3600),
      async (seed, pageSize, clockOffSeconds) => {
        const random = createRandom(seed)
        const made = await scene(config(kindNamed(promised.kind), pageSize, promised.sort), {
          account: { seed, createdPerDay: 0.4, unsaveRate: 0, editRate: 0.02 },
          clockOffSeconds,
        })
        const held = new Set<string>()
        for (let run = 0; run < 4; run++) {
          await exportAndCheck(made, promised, random, held)
          const { manifest } = await readParcel(made.dataset)
          if (manifest.streams['items']!.mode === 'incremental') incremental += 1
          liveOn(made.service, random, true)
          // In the same second, now and then; else long enough for the account to live on by itself.
          made.advance(random.chance(0.3) ? 1000 : random.integer(1, 200) * hour)
        }
        await made.service.stop()
      },
    )
    await fc.assert(series, { numRuns: 4 })
    expect(incremental).toBeGreaterThan(0)
  },
)
