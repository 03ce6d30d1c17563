import { createHash } from 'node:crypto'
import { type AccountOptions, createAccount } from '../../../test/simulator/account.ts'
import { createRandom } from '../../../test/simulator/random.ts'
import { truthOf } from '../../../test/simulator/truth.ts'
import { type View, full } from '../../../test/simulator/view.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { dayMs } from '../../system/duration.ts'
import type { Point } from './baseline.ts'
import type { Sight } from './stillness.ts'

/** What a dataset would have noted of the parcels of an account. */
export interface AccountHistory {
  bytes: Point[]
  items: Point[]
  hashes: Sight[]
  newest: Sight[]
}

/** Daily exports of a simulated account over so many days, the first after a month of its life. */
export function accountHistory(
  options: Omit<AccountOptions, 'start'>,
  days: number,
  view: View = full(),
): AccountHistory {
  const start = new Date('2026-01-01T06:00:00Z')
  const account = createAccount({ ...options, start })
  account.advanceTo(new Date(start.getTime() + (30 + days) * dayMs))
  const truth = truthOf(account)
  const history: AccountHistory = { bytes: [], items: [], hashes: [], newest: [] }
  for (let day = 30; day < 30 + days; day++) {
    const at = new Date(start.getTime() + day * dayMs)
    const { items } = truth.snapshot(view, at)
    const text = JSON.stringify(items)
    const time = at.getTime()
    history.bytes.push({ time, value: text.length })
    history.items.push({ time, value: items.length })
    const parcel = parcelIdAt(at)
    history.hashes.push({ parcel, shown: createHash('sha256').update(text).digest('hex') })
    const times = items.map((item) => item.created_at).sort()
    history.newest.push({ parcel, shown: times.at(-1) ?? '' })
  }
  return history
}

/** Numbers of so many days, from a seed. */
export type Series = (seed: number, days: number) => Point[]

/** Kinds of numbers that datasets have. */
export const series: Record<string, Series> = {
  'grows a little each day': (seed, days) => walk(seed, days, (value, random) => value + random.integer(0, 10)),
  'grows by leaps, one in twenty days': (seed, days) =>
    walk(seed, days, (value, random) => value + (random.chance(0.05) ? random.size(100) : random.integer(0, 3))),
  'hovers around a level': (seed, days) => walk(seed, days, (_, random) => 1000 + random.integer(-60, 60)),
  'is a small number': (seed, days) => walk(seed, days, (_, random) => random.integer(0, 12)),
  'is what came in a day': (seed, days) => walk(seed, days, (_, random) => 200 + random.size(40)),
  'wanders up and down': (seed, days) =>
    walk(seed, days, (value, random) => Math.max(50, value + random.integer(-15, 15))),
  'is always the same': (_, days) => walk(1, days, () => 4096),
  'is more on weekdays': (seed, days) =>
    walk(seed, days, (_, random, day) => (day % 7 < 5 ? 100 : 40) + random.integer(-10, 10)),
}

function walk(
  seed: number,
  days: number,
  step: (value: number, random: ReturnType<typeof createRandom>, day: number) => number,
): Point[] {
  const random = createRandom(seed)
  let value = 1000
  return Array.from({ length: days }, (_, day) => {
    value = step(value, random, day)
    return { time: day * dayMs, value }
  })
}
