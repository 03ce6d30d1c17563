import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { reportOn } from '../../report/report.ts'
import { listSummaries, packProblems } from '../show.ts'
import { verifyDataset } from '../verify.ts'
import { readyViews } from '../views/views.ts'
import { packDataset } from './pack.ts'
import { datasetWith } from './packs.fixture.ts'

const march = '2026-03.pack.tar.zst'
const marchIds = ['2026-03-01T060000Z', '2026-03-09T060000Z', '2026-03-17T060000Z', '2026-03-25T060000Z']

it('says of a pack whose index cannot be read that it is there, and what reads it again', async () => {
  const cmd = `cmd = '''printf '[{"id": "%s"}]' $PARCEL_ID > $PARCEL_PATH.json'''\n[views.items]\nkey = "id"`
  const test = await datasetWith({ cmd }, 6)
  await packDataset(await test.open(), test.context, false)
  const path = join(test.folder, 'data', march)
  truncateSync(path, statSync(path).size - 20)
  const dataset = await test.open()
  const told = {
    code: 'corrupt',
    message: `the index of ${path} cannot be read, so the parcels in it cannot be read now`,
    hint: expect.stringContaining('`unsilo run todoist`') as string,
  }
  const inPack = listSummaries(dataset, test.context, false).filter(({ id }) => marchIds.includes(id))
  expect(inPack.map(({ state }) => state)).toEqual(marchIds.map(() => 'unreadable'))
  expect(inPack[0]).toMatchObject({
    because: 'it is in a pack whose index cannot be read',
    hint: expect.stringContaining('`unsilo run todoist`') as string,
  })
  expect(packProblems(dataset, test.context)).toMatchObject([told])
  const options = { share: 1, here: true, targets: [] }
  expect((await verifyDataset(dataset, test.context, options)).problems).toMatchObject([told])
  expect((await readyViews(dataset, test.context)).problems).toMatchObject([told])
  const { health, warnings } = await reportOn(dataset, test.context)
  expect(health).toBe('broken')
  expect(warnings.map(({ message }) => message)).toContain(told.message)
  expect(warnings.filter(({ message }) => message.includes('gone'))).toEqual([])

  expect((await test.run()).problems).toEqual([])
  expect(listSummaries(dataset, test.context, false).map(({ state }) => state)).not.toContain('unreadable')
  expect((await readyViews(dataset, test.context)).views[0]?.state.items).toBe(7)
  expect(packProblems(dataset, test.context)).toEqual([])
})
