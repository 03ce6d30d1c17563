import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { appendToLedger } from '../../ledger/ledger.ts'
import { datasetWith, packing } from '../packs/packs.fixture.ts'
import { packDataset } from '../packs/pack.ts'
import { remakeDataset } from '../remake.ts'
import { verifyDataset } from '../verify.ts'
import { queryMirror } from './query-mirror.ts'
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

describe('a damaged parcel', () => {
  const [first, second] = ['2026-02-01T060000Z', '2026-02-02T060000Z']
  const right = JSON.stringify([{ id: 1, title: 'one' }, { id: 3 }])

  /** Two parcels with their seals. */
  async function sealed(): Promise<TestDataset> {
    const test = testDataset(view)
    putParcel(test, first, [{ id: 1, title: 'one' }, { id: 2 }])
    putParcel(test, second, JSON.parse(right))
    await remakeDataset(await test.open(), test.context)
    test.clock.advance(60_000)
    return test
  }

  const pathOf = (test: TestDataset): string => join(test.folder, 'data', `${second}.json`)

  async function verify(test: TestDataset): Promise<void> {
    test.clock.advance(60_000)
    await verifyDataset(await test.open(), test.context, { share: 1, here: true, targets: [] })
  }

  async function ask(test: TestDataset, sql: string): Promise<unknown[][]> {
    const problems: unknown[] = []
    const query = await queryMirror(sql, [await test.open()], test.context, {
      onProblem: (_, problem) => void problems.push(problem),
    })
    try {
      const rows: unknown[][] = []
      for await (const batch of (await query.ask()).batches()) rows.push(...batch.map((row) => [...row]))
      expect(problems).toEqual([])
      return rows
    } finally {
      query.close()
    }
  }

  const errors = (test: TestDataset): Promise<unknown[][]> =>
    ask(test, 'SELECT parcel, problem FROM todoist.items_errors ORDER BY ALL')
  const title = (test: TestDataset): Promise<unknown[][]> => ask(test, 'SELECT title FROM todoist.items WHERE id = 1')
  const changed = `the parcel is not what was sealed: ${second}.json is changed`

  it('that can be read is shown as it is, with a row that says so, until it is mended and verified', async () => {
    const test = await sealed()
    expect([await title(test), await errors(test)]).toEqual([[['one']], []])
    writeFileSync(pathOf(test), right.replace('one', 'eno'))
    await verify(test)
    expect([await title(test), await errors(test)]).toEqual([[['eno']], [[second, changed]]])
    // From scratch it is the same.
    rmSync(join(test.folder, '.cache'), { recursive: true })
    expect([await title(test), await errors(test)]).toEqual([[['eno']], [[second, changed]]])
    writeFileSync(pathOf(test), right)
    await verify(test)
    expect([await title(test), await errors(test)]).toEqual([[['one']], []])
  })

  it('that a view has read before anybody knew is read anew when it was mended', async () => {
    const test = await sealed()
    writeFileSync(pathOf(test), right.replace('one', 'eno'))
    rmSync(join(test.folder, '.cache'), { recursive: true })
    expect(await title(test)).toEqual([['eno']])
    await verify(test)
    writeFileSync(pathOf(test), right)
    await verify(test)
    expect([await title(test), await errors(test)]).toEqual([[['one']], []])
  })

  it.each([
    ['has lost its end', right.slice(0, -8)],
    ['has the right size', right.replace(',', ';')],
  ])('that %s is found by the view that reads it, and read anew when it was replaced', async (_, wrong) => {
    const test = await sealed()
    writeFileSync(pathOf(test), wrong)
    rmSync(join(test.folder, '.cache'), { recursive: true })
    const size = `the parcel is not what was sealed: it has ${wrong.length} bytes, and ${right.length} were sealed`
    const said = wrong.length === right.length ? changed : size
    const told = await errors(test)
    expect(told).toContainEqual([second, said])
    expect(told.length).toBeGreaterThan(1)
    expect(await errors(test)).toEqual(told)
    writeFileSync(pathOf(test), right)
    expect([await title(test), await errors(test)]).toEqual([[['one']], []])
  })

  it('is called so by unsilo.parcels, whether verify found it or its size tells', async () => {
    const test = await sealed()
    const states = (): Promise<unknown[][]> => ask(test, 'SELECT state FROM unsilo.parcels ORDER BY parcel')
    expect(await states()).toEqual([['good'], ['good']])
    writeFileSync(pathOf(test), right.slice(1))
    expect(await states()).toEqual([['good'], ['damaged']])
    writeFileSync(pathOf(test), right.replace('one', 'eno'))
    expect(await states()).toEqual([['good'], ['good']])
    await verify(test)
    expect(await states()).toEqual([['good'], ['damaged']])
  })
})
