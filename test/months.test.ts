import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readMetrics } from '../src/metric/metrics-file.ts'
import { parcelIdAt, parcelTime } from '../src/parcel/id.ts'
import { detailsOf } from '../src/ledger/ledger.ts'
import { isEvent } from '../src/dataset/history.ts'
import { reportOn } from '../src/report/report.ts'
import { systemFiles } from '../src/system/files.ts'
import { createAccount } from './simulator/account.ts'
import type { Fault } from './simulator/export-options.ts'
import { createRandom } from './simulator/random.ts'
import { simulatorCommand } from './simulator/simulator-command.ts'
import { truthOf } from './simulator/truth.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { testDataset } from './support/test-dataset.ts'

const dayMs = 86_400_000
const share = 0.3
const rules = { daily: 7, weekly: 4, monthly: 12, min: 3 }
const account = { seed: 11, start: new Date('2026-02-01T00:00:00Z'), createdPerDay: 6 }
const failing: Fault[] = ['exit', 'stop', 'crash', 'truncated', 'empty']
const doubtful: Fault[] = ['shrunk', 'refused']

interface Sealed {
  id: string
  fault: Fault
}

/** What the rules keep of good parcels, oldest first: said once more, in the plainest way. */
function keptByRules(good: readonly string[]): Set<string> {
  const newestFirst = good.toReversed()
  const kept = new Set(newestFirst.slice(0, rules.min))
  // The epoch was a Thursday; weeks begin on Monday.
  const week = (id: string): string => String(Math.floor((parcelTime(id).getTime() / dayMs + 3) / 7))
  const buckets = [
    [rules.daily, (id: string) => id.slice(0, 10)],
    [rules.weekly, week],
    [rules.monthly, (id: string) => id.slice(0, 7)],
  ] as const
  for (const [count, nameOf] of buckets) {
    const names = [...new Set(newestFirst.map(nameOf))].slice(0, count)
    for (const name of names) kept.add(newestFirst.find((id) => nameOf(id) === name)!)
  }
  return kept
}

/** What is in data/ after a prune: suspect parcels stay until three good ones are newer, and a suspect newest one freezes all. */
function afterPrune(sealed: readonly Sealed[]): Sealed[] {
  const isGood = ({ fault }: Sealed): boolean => fault === 'none'
  if (!isGood(sealed.at(-1)!)) return [...sealed]
  const good = sealed.filter(isGood).map(({ id }) => id)
  const kept = keptByRules(good)
  return sealed.filter((parcel) =>
    isGood(parcel) ? kept.has(parcel.id) : good.filter((id) => id > parcel.id).length < rules.min,
  )
}

it('mirrors an account for half a year, through failures and wrong answers, and keeps what the rules say', async () => {
  const plan = join(temporaryFolder(), 'plan.json')
  const test = testDataset(`
interval = "3 days"
timezone = "UTC"
cmd = '''${simulatorCommand({ account, share }, plan)}'''
stdout = "json"
keep = { daily = ${rules.daily}, weekly = ${rules.weekly}, monthly = ${rules.monthly} }
metrics.items.cmd = '''tr , '\\n' < $PARCEL_PATH | grep -c '"created_at":' || true'''
`)
  const truth = truthOf(
    (() => {
      const simulated = createAccount(account)
      simulated.advanceTo(new Date('2026-10-01T00:00:00Z'))
      return simulated
    })(),
  )
  const itemsAt = (id: string): object[] => truth.itemsAt(parcelTime(id))
  const random = createRandom(5)
  const attempts: Sealed[] = []
  let expected: Sealed[] = []

  for (let step = 0; step < 60; step++) {
    // Until five are good there is nothing to measure a wrong answer against.
    const chance = step < 6 ? 1 : random.fraction()
    const kinds: readonly Fault[] = chance < 0.18 ? failing : chance < 0.3 ? doubtful : ['none']
    const fault = kinds[attempts.filter((attempt) => kinds.includes(attempt.fault)).length % kinds.length]!
    writeFileSync(plan, JSON.stringify({ at: test.clock.now(), fault }))
    const id = parcelIdAt(test.clock.now())
    const { exported, problems } = await test.run()
    expect(problems, `${id} ${fault}`).toEqual([])
    attempts.push({ id, fault })

    if (failing.includes(fault)) expect(exported, fault).toMatchObject({ event: 'failed', parcel: id })
    else {
      const state = fault === 'none' ? 'good' : 'suspect'
      expect(exported, fault).toMatchObject({ event: 'sealed', parcel: id, state })
      expected = afterPrune([...expected, { id, fault }])
    }
    expect(test.names('data'), `after ${id} ${fault}`).toEqual(expected.map((parcel) => `${parcel.id}.json`))
    const { health } = await reportOn(await test.open(), test.context)
    expect(health, `after ${id}`).toBe(fault === 'none' ? 'good' : failing.includes(fault) ? 'failing' : 'suspect')
    test.clock.advance(3 * dayMs)
  }

  expect(new Set(attempts.map(({ fault }) => fault)).size).toBe(8)
  const history = test.history()
  const { rows } = readMetrics(systemFiles, join(test.folder, 'metrics.csv'))
  expect([...rows.keys()]).toEqual(attempts.map(({ id }) => id))
  for (const { id, fault } of attempts) {
    expect(rows.get(id)!['success'], `${id} ${fault}`).toBe(failing.includes(fault) ? 'N' : 'Y')
    if (fault === 'none') expect(rows.get(id)!['items']).toBe(String(itemsAt(id).length))
  }
  for (const { id, fault } of expected) {
    const bytes = readFileSync(join(test.folder, `data/${id}.json`))
    const items = itemsAt(id)
    const content: unknown = JSON.parse(bytes.toString())
    if (fault === 'refused') expect(content).toHaveProperty('error')
    else expect(content, id).toEqual(fault === 'none' ? items : items.slice(0, Math.floor(items.length * share)))
    const { ended } = history.get(id)!
    expect(isEvent(ended, 'sealed') && detailsOf(ended, '').sha256).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
  }
  expect(history.parcels.filter(({ state }) => state === 'unfinished' || state === 'gone')).toEqual([])
  expect(readdirSync(join(test.folder, 'incomplete')).length).toBeLessThanOrEqual(1)
}, 180_000)
