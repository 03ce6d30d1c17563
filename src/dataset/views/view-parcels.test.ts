import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testDataset } from '../../../test/support/test-dataset.ts'
import { appendToLedger } from '../../ledger/ledger.ts'
import { datasetWith, packing } from '../packs/packs.fixture.ts'
import { packDataset } from '../packs/pack.ts'
import { readyViews } from './views.ts'
import { putParcel } from './views.fixture.ts'

const view = 'interval = "1 day"\n[views.items]\nkey = "id"\n'

it('does not take a parcel for evidence that is known to be damaged', async () => {
  const test = testDataset(view)
  putParcel(test, '2026-02-01T060000Z', [{ id: 1 }, { id: 2 }])
  putParcel(test, '2026-02-02T060000Z', [{ id: 1 }, { id: 3 }])
  const absent = async (): Promise<number> => {
    const { views } = await readyViews(await test.open(), test.context)
    return views[0]!.state.absent
  }
  expect(await absent()).toBe(1)
  const tell = async (ok: boolean): Promise<void> => {
    const event = { event: 'verified', parcel: '2026-02-02T060000Z', ok, files: 1, bytes: 1 } as const
    await appendToLedger(test.system.files, join(test.folder, 'ledger.ndjson'), test.clock.now(), event)
  }
  await tell(false)
  expect(await absent()).toBe(0)
  await tell(true)
  expect(await absent()).toBe(1)
})

it('tells parcels of a damaged pack among the errors, and shows what is in all others', async () => {
  const cmd = `cmd = '''printf '[{"id": "%s"}]' $PARCEL_ID > $PARCEL_PATH.json'''\n[views.items]\nkey = "id"`
  const test = await datasetWith({ config: packing, cmd }, 6, 24)
  const { packed } = await packDataset(await test.open(), test.context, false)
  expect(packed).not.toEqual([])
  const pack = join(
    test.folder,
    'data',
    readdirSync(join(test.folder, 'data')).find((name) => name.includes('.pack.'))!,
  )
  const content = readFileSync(pack)
  content.fill(0xff, 20, 60)
  writeFileSync(pack, content)
  rmSync(join(test.folder, '.cache'), { recursive: true, force: true })
  const { views, problems } = await readyViews(await test.open(), test.context)
  expect(problems).toEqual([])
  const { items, errors } = views[0]!.state
  expect([items > 0, errors > 0, items + errors]).toEqual([true, true, 6])
})
