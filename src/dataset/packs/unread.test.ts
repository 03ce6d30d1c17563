import { readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { reportOn } from '../../report/report.ts'
import { listSummaries, packProblems } from '../show.ts'
import { verifyDataset } from '../verify.ts'
import { readyViews } from '../views/views.ts'
import { packDataset } from './pack.ts'
import { datasetWith } from './packs.fixture.ts'
import { unpackDataset } from './unpack-parcels.ts'

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

it.each(['cut off', 'changed in the middle'])(
  'says what can be had of a pack without an index that is %s',
  async (how) => {
    const test = await datasetWith({ cmd: `cmd = 'head -c 20000 /dev/urandom > $PARCEL_PATH.bin'` }, 6)
    await packDataset(await test.open(), test.context, false)
    const path = join(test.folder, 'data', march)
    const content = readFileSync(path)
    const half = Math.floor(content.length / 2)
    if (how === 'changed in the middle') content.fill(0, half, half + 20)
    writeFileSync(path, content.subarray(0, how === 'cut off' ? half : -20))
    const { problems } = await test.run()
    expect(problems).toContainEqual({
      severity: 'error',
      code: 'corrupt',
      message: expect.stringMatching(/ is damaged: (?!it does not begin)/) as string,
      hint: expect.stringContaining(`zstd -dc --long=27 '${path}' | tar -x -C FOLDER`) as string,
    })
    expect(readFileSync(path)).toHaveLength(how === 'cut off' ? half : content.length - 20)
  },
)

it('reports a pack that somebody has removed, until it is back', async () => {
  const test = await datasetWith({}, 6)
  await packDataset(await test.open(), test.context, false)
  const told = async (): Promise<string[]> => {
    const { warnings } = await reportOn(await test.open(), test.context)
    return warnings.filter(({ cause }) => cause === 'gone').map(({ message }) => message)
  }
  expect(await told()).toEqual([])
  const data = join(test.folder, 'data')
  renameSync(join(data, march), join(test.folder, march))
  expect(await told()).toEqual([`the pack ${march} is gone from ${data}, with 4 parcels, and not by unsilo`])
  renameSync(join(test.folder, march), join(data, march))
  await unpackDataset(await test.open(), test.context, [])
  rmSync(join(data, `${marchIds[0]}.txt`))
  expect(await told()).toEqual([])
})
