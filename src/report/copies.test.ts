import { appendFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { hour, id, publishing, writesOne } from '../../test/support/publishing-dataset.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { targetsOf } from '../dataset/copies/targets.ts'
import { showParcel, listSummaries } from '../dataset/show.ts'
import { verifyDataset } from '../dataset/verify.ts'
import { type DatasetReport, makeReport, reportOn } from './report.ts'
import { reportText } from './text.ts'
import { whyDataset } from './why.ts'

const day = 24 * hour
const report = async (test: TestDataset): Promise<DatasetReport> => reportOn(await test.open(), test.context)

async function copyLines(test: TestDataset): Promise<string[]> {
  const said = reportText(await makeReport([await test.open()], test.context), pc.createColors(false))
  const lines = said.split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  const from = lines.findIndex((line) => line.startsWith('COPIES'))
  return from === -1 ? [] : lines.slice(from, from + 2)
}

async function verifyAll(test: TestDataset): Promise<void> {
  const dataset = await test.open()
  await verifyDataset(dataset, test.context, { share: 1, here: true, targets: targetsOf(dataset, test.context) })
}

describe('the meter of copies', () => {
  it('tells of the newest good parcel who has it, and when each was checked', async () => {
    const test = publishing(writesOne, ['vault', 'nas'])
    await test.run()
    const path = `todoist/data/${id}.json`
    const at = '2026-03-01T06:00:00.000Z'
    expect((await report(test)).copies).toEqual({
      parcel: id,
      count: 3,
      checkedAt: at,
      places: [
        { checkedAt: at, how: 'sealed', ok: true },
        { target: 'vault', path, checkedAt: at, how: 'read back', ok: true },
        { target: 'nas', path, checkedAt: at, how: 'read back', ok: true },
      ],
      lacking: [],
      unpublished: [],
    })
    test.clock.advance(2 * hour)
    expect(await copyLines(test)).toEqual([
      'COPIES      CHECKED      WHERE',
      'todoist  3  2 hours ago  here, vault, nas',
    ])
    await verifyAll(test)
    test.clock.advance(hour / 2)
    expect((await report(test)).copies).toMatchObject({ count: 3, checkedAt: '2026-03-01T08:00:00.000Z' })
    expect((await copyLines(test))[1]).toBe('todoist  3  30 minutes ago  here, vault, nas')
    expect((await whyDataset(await test.open(), test.context)).copies?.count).toBe(3)
  })

  it('does not count a target that lacks it, nor one whose copy is damaged', async () => {
    const test = publishing(writesOne, ['vault', 'nas'])
    renameSync(join(test.place, 'nas-disk'), join(test.place, 'unplugged'))
    await test.run()
    rmSync(join(test.place, 'vault-disk/exports/todoist/data'), { recursive: true })
    await verifyAll(test)
    expect((await report(test)).copies).toMatchObject({
      count: 1,
      places: [{ ok: true }, { target: 'vault', ok: false, faults: [`todoist/data/${id}.json is gone`] }],
      lacking: ['nas'],
      unpublished: [{ target: 'nas', parcels: 1 }],
    })
    expect((await copyLines(test))[1]).toBe(
      'todoist  1  less than a second ago  here; damaged at vault; not yet at nas',
    )
  })

  it('is one for a dataset that is not published, and not shown', async () => {
    const test = testDataset(`interval = "1 day"\n${writesOne}`)
    await test.run()
    expect((await report(test)).copies).toMatchObject({ count: 1, lacking: [], places: [{ how: 'sealed' }] })
    expect(await copyLines(test)).toEqual([])
  })

  it('is missing without a good parcel, and has no time when nobody has ever checked one', async () => {
    const test = testDataset('')
    expect((await report(test)).copies).toBeUndefined()
    mkdirSync(join(test.folder, 'data', id), { recursive: true })
    expect((await report(test)).copies).toEqual({
      parcel: id,
      count: 1,
      places: [{ ok: true }],
      lacking: [],
      unpublished: [],
    })
  })
})

describe('a parcel', () => {
  it('is listed with its copies, also when it was pruned here', async () => {
    const test = publishing(`${writesOne}keep = 1`)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const dataset = await test.open()
    expect(listSummaries(dataset, test.context, true).map(({ state, copies }) => [state, copies])).toEqual([
      ['pruned', 1],
      ['pruned', 1],
      ['good', 2],
    ])
    expect(showParcel(dataset, test.context, id).places).toMatchObject([{ target: 'vault', how: 'read back' }])
  })
})

describe('a parcel that a target lacks', () => {
  const without = (test: ReturnType<typeof publishing>): void =>
    renameSync(join(test.place, 'vault-disk'), join(test.place, 'unplugged'))

  it('is a warning only once the dataset would be late with it', async () => {
    for (const [config, after] of [
      ['max_age = "3 hours"\n', 3 * hour],
      ['', 1.25 * hour],
    ] as const) {
      const test = publishing(`${writesOne}${config}`)
      without(test)
      await test.run()
      test.clock.advance(after)
      expect((await report(test)).warnings).toEqual([])
      expect((await report(test)).copies?.lacking).toEqual(['vault'])
      test.clock.advance(1000)
      const { warnings } = await report(test)
      expect(warnings.filter(({ health }) => health === 'unpublished')).toMatchObject([
        { message: `vault does not have the parcel ${id} yet` },
      ])
    }
  })

  it('is a warning after a day where nothing says when a dataset is late', async () => {
    const test = publishing(writesOne)
    test.configure(`publish = ["vault"]\n${writesOne}`)
    without(test)
    await test.run({ exportNow: true })
    test.clock.advance(day)
    expect((await report(test)).health).toBe('good')
    test.clock.advance(1000)
    expect((await report(test)).health).toBe('unpublished')
  })

  it('is as old as its seal, not as its name', async () => {
    const test = publishing(writesOne)
    without(test)
    const sealed = { event: 'sealed', state: 'good', files: 0, bytes: 0, sha256: '' }
    for (const parcel of ['2020-01-01T000000Z', '2020-01-02T000000Z']) {
      mkdirSync(join(test.folder, 'data', parcel), { recursive: true })
      const line = { at: '2026-03-01T05:00:00.000Z', ...sealed, parcel, name: parcel }
      appendFileSync(join(test.folder, 'ledger.ndjson'), `${JSON.stringify(line)}\n`)
    }
    test.configure(`publish = ["vault"]\nmax_age = "30 days"\ninterval = "30 days"\n${writesOne}`)
    expect((await report(test)).warnings.map(({ health }) => health)).not.toContain('unpublished')
    test.clock.advance(30 * day)
    expect((await report(test)).warnings.map(({ message }) => message)).toContain(
      'vault does not have 2 parcels yet, the newest of them 2020-01-02T000000Z',
    )
  })

  it('stays here until it is there', async () => {
    const test = publishing(`${writesOne}keep = 1`)
    await test.run()
    without(test)
    for (let count = 0; count < 3; count++) {
      test.clock.advance(hour)
      await test.run()
    }
    expect((await whyDataset(await test.open(), test.context)).parcels).toMatchObject([
      { id: '2026-03-01T070000Z', keep: true, reasons: ['not yet at vault'] },
      { id: '2026-03-01T080000Z', keep: true, reasons: ['not yet at vault'] },
      { id: '2026-03-01T090000Z', keep: true, reasons: [expect.stringContaining('newest good'), expect.any(String)] },
    ])
  })

  it('goes when the target would not keep it anyway', async () => {
    const test = publishing(`${writesOne}keep = 1`)
    appendFileSync(join(test.root, 'unsilo.toml'), '\nretention = { last = 1 }\n')
    without(test)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    expect(test.names('data')).toEqual(['2026-03-01T080000Z.json'])
  })
})
