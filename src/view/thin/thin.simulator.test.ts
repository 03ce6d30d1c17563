import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAccount } from '../../../test/simulator/account.ts'
import type { Item } from '../../../test/simulator/item.ts'
import { type Truth, truthOf } from '../../../test/simulator/truth.ts'
import { type View, full, newest } from '../../../test/simulator/view.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { realSystem } from '../../system/system.ts'
import type { ViewDefinition } from '../definition.ts'
import { readVersions } from '../store/read-versions.ts'
import { updateView } from '../store/update.ts'
import type { ViewParcel } from '../store/view-parcel.ts'
import { found, pathsOf, viewOf } from '../view.fixture.ts'
import { differencesBetween } from './compare.ts'
import { staying } from './thin.fixture.ts'

const context = { system: realSystem, signal: new AbortController().signal }
const start = new Date('2024-01-01T00:00:00Z')
const lives = new Map<number, Truth>()

/** A quiet account: days on which nothing happens, so that there is something to thin. */
function life(seed: number): Truth {
  const known = lives.get(seed)
  if (known !== undefined) return known
  const rates = { createdPerDay: 0.4, editRate: 0.004, unsaveRate: 0.004, resaveRate: 0.1, deleteRate: 0.001 }
  const account = createAccount({ seed, start, bodyWords: 2, ...rates })
  account.advanceTo(new Date('2024-03-01T00:00:00Z'))
  const truth = truthOf(account)
  lives.set(seed, truth)
  return truth
}

function parcelOf(at: Date, items: readonly Item[], isEvidence: boolean): ViewParcel {
  const texts = items.map((item) => JSON.stringify(item))
  const content = createHash('sha256').update(texts.join('\n')).digest('hex')
  const read = async function* () {
    for (const text of texts) yield await Promise.resolve(found(text))
  }
  return { id: parcelIdAt(at), at, isEvidence, content, read }
}

const windows = fc.constantFrom<[View, ViewDefinition['window']]>(
  [full(), 'all'],
  [full(), 'all'],
  [newest(8), { newest: 8, by: pathsOf('created_at')[0]! }],
)
const absences = fc.constantFrom(
  { mark: true, parcels: 1, days: 0 },
  { mark: true, parcels: 3, days: 0 },
  { mark: true, parcels: 1, days: 2 },
  { mark: false, parcels: 1, days: 0 },
)
const hours = fc
  .uniqueArray(fc.integer({ min: 0, max: 59 * 24 }), { minLength: 8, maxLength: 40 })
  .map((all) => all.toSorted((a, b) => a - b))
const chosen = fc.record({
  seed: fc.integer({ min: 0, max: 2 }),
  hours,
  window: windows,
  absent: absences,
  ignore: fc.constantFrom<string[]>([], ['score'], ['score', 'updated_at']),
  pick: fc.constantFrom('latest' as const, 'first' as const),
  doubtful: fc.array(fc.nat(39), { maxLength: 3 }),
})

it('leaves every table, every history and every gap of an account as it was', async () => {
  let gone = 0
  await fc.assert(
    fc.asyncProperty(chosen, async ({ seed, window: [view, window], absent, ignore, pick, ...rest }) => {
      const times = rest.hours.map((hour) => new Date(start.getTime() + hour * 3_600_000))
      const parcels = life(seed)
        .snapshots(view, times)
        .map(({ at, items }, place) => parcelOf(at, items, !rest.doubtful.includes(place)))
      const definition = viewOf({ window, absent, pick, ignore: pathsOf(...ignore), prefer: { title: 'first' } })
      const stored = { folder: temporaryFolder(), definition, parcels }
      const stays = await staying(definition, () => readVersions(stored, context), parcels.at(-1)!.id)
      const left = parcels.filter(({ id }) => stays.has(id))
      gone += parcels.length - left.length
      const before = await updateView(stored, context)
      const after = await updateView(stored, context, { isShown: ({ id }) => stays.has(id) })
      expect(await differencesBetween(definition.name, before, after, context)).toEqual([])
      expect(after.state.headroom).toEqual(before.state.headroom)
    }),
    { numRuns: 25 },
  )
  expect(gone).toBeGreaterThan(20)
}, 120_000)

it('is told what a removal too many changes', async () => {
  const times = Array.from({ length: 12 }, (_, day) => new Date(start.getTime() + (day + 20) * 86_400_000))
  const parcels = life(0)
    .snapshots(full(), times)
    .map(({ at, items }) => parcelOf(at, items, true))
  const stored = { folder: temporaryFolder(), definition: viewOf(), parcels }
  const before = await updateView(stored, context)
  const after = await updateView(stored, context, { isShown: ({ id }) => id !== parcels[0]!.id })
  const differing = await differencesBetween('items', before, after, context)
  expect(differing).toEqual(expect.arrayContaining(['from', 'items', 'items_history']))
})
