import { expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { usualAuth } from '../simulator/service/auth-options.ts'
import { oracleOf } from '../simulator/service/oracle.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import { changedItems, expectNoSecret, expectRecords, liveOn, type Preset, usePreset } from './preset.fixture.ts'

const start = services()
const token = 'github-token-7c1d0f3e'
const account = { createdPerDay: 4 }

function use({ url }: Service): Promise<Preset> {
  return usePreset({
    template: 'github',
    changes: { 'https://api.github.com': url, 'YOUR-NAME': 'me', 'OWNER/REPO': 'me/x' },
    secrets: { github: token },
    without: ['starred'],
  })
}

const issueOf = ({ id, title, body, updated_at }: Item) => ({ id, title, body, updated_at })
const commentsOf = ({ id }: Item) => Array.from({ length: id % 4 }, (_, index) => ({ id: id * 10 + index }))
const eventIds = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: String(20_000_000_000 + from + index) }))

it('exports issues, their comments and events, and then what is new', async () => {
  const service = await start({ account, auth: usualAuth })
  const preset = await use(service)
  const oracle = oracleOf(service.account)
  const begin = service.account.now
  const seen = service.account.log.length
  const first = await preset.run()
  expect(first).toMatchObject({ status: 0, stderr: '' })
  const asked = service.requests.length
  const day = liveOn(service.account)
  const second = await preset.run()
  expect(second).toMatchObject({ status: 0, stderr: '' })

  const [whole, part] = await preset.parcels()
  const issues = oracle.shownAt(begin)
  expectRecords(whole!.records['issues'], issues.map(issueOf))
  expectRecords(whole!.records['comments'], issues.flatMap(commentsOf))
  expectRecords(whole!.records['events'], eventIds(Math.max(0, seen - 300), seen))

  const changed = changedItems(service.account, day, ['created', 'edited'])
  expect(changed.length).toBeGreaterThan(15)
  expectRecords(part!.records['issues'], changed.map(issueOf), 'at least')
  expectRecords(part!.records['comments'], changed.flatMap(commentsOf), 'at least')
  expectRecords(part!.records['events'], eventIds(seen, service.account.log.length), 'at least')
  expect(part!.manifest.streams['issues']!.mode).toBe('incremental')
  expect(part!.records['issues']!.length).toBeLessThan(issues.length / 2)
  expect(service.requests.length - asked).toBeLessThan(asked / 3)
  expectNoSecret(preset, [first, second], [token])
})

it('misses no issue that is edited while it pages', async () => {
  const service = await start({ account, auth: usualAuth })
  const preset = await use(service)
  preset.edit('per_page = 100', 'per_page = 20')
  const begin = service.account.now
  const people = ({ account: shared }: Service): void => {
    shared.advanceTo(new Date(shared.now.getTime() + 60_000))
    for (const { id } of shared.listed().slice(0, 10)) shared.edit(id)
    shared.add(2)
  }
  service.plan([2, 4, 6, 8].map((from) => ({ stream: 'github.issues', from, fault: { kind: 'run', run: people } })))
  expect(await preset.run()).toMatchObject({ status: 0, stderr: '' })
  const [parcel] = await preset.parcels()
  const oracle = oracleOf(service.account)
  const listed = [...oracle.listedThroughout(begin, service.account.now)].map((id) => ({ id }))
  expect(listed.length).toBeGreaterThan(150)
  expectRecords(parcel!.records['issues'], listed, 'at least')
  expect(service.requests.filter(({ faults }) => faults.includes('run'))).toHaveLength(4)
})
