import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type PublishingDataset,
  filesIn,
  folderAt,
  hour,
  hourly,
  id,
  publishing,
  publishTo,
  writesFolder,
  writesOne,
} from '../../test/support/publishing-dataset.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { UnsiloError } from '../errors.ts'
import { parcelIdAt } from '../parcel/id.ts'
import { acquireLock } from '../system/lock.ts'
import { reportOn } from '../report/report.ts'
import { type NamedTarget, targetsOf } from './copies/targets.ts'
import { hashOf } from './parcel-contents.ts'
import { type Verification, verifyDataset } from './verify.ts'

interface Options {
  share?: number
  here?: boolean
  targets?: NamedTarget[]
  context?: TestDataset['context']
}

async function verify(test: TestDataset, options: Options = {}): Promise<Verification> {
  const dataset = await test.open()
  const { share = 1, here = true, context = test.context, targets = targetsOf(dataset, context) } = options
  return verifyDataset(dataset, context, { share, here, targets })
}

const lines = (test: TestDataset): Record<string, unknown>[] =>
  test
    .history()
    .entries.filter(({ event }) => event === 'verified')
    .map(({ line }) => JSON.parse(line) as Record<string, unknown>)

const health = async (test: TestDataset): Promise<string> => (await reportOn(await test.open(), test.context)).health
const inVault = (test: PublishingDataset, path = ''): string => join(test.place, 'vault-disk/exports/todoist', path)

/** Changes one bit in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = bytes[middle]! ^ 1
  writeFileSync(path, bytes)
}

/** Published once, then verified, with what the target is put to in between. */
async function harmed(
  config: string,
  harm: (test: PublishingDataset) => void,
  layout = '',
): Promise<PublishingDataset> {
  const test = publishing(config)
  appendFileSync(join(test.root, 'unsilo.toml'), layout)
  expect((await test.run()).problems).toEqual([])
  harm(test)
  return test
}

const theOnly = ({ places }: Verification, at: number): { ok: boolean; faults?: string[] } => places[at]!.verified[0]!

describe('a verification', () => {
  it('reads every parcel here and at the targets, and says so in the ledger', async () => {
    for (const [config, files, bytes] of [
      [writesOne, 1, 4],
      [writesFolder, 2, 4],
    ] as const) {
      const test = publishing(config)
      await test.run()
      test.clock.advance(hour)
      const found = await verify(test)
      const verdict = { event: 'verified', parcel: id, ok: true, files, bytes }
      expect(found).toEqual({
        dataset: 'todoist',
        places: [
          { parcels: 1, verified: [verdict] },
          { target: 'vault', parcels: 1, verified: [{ ...verdict, target: 'vault' }] },
        ],
        unverifiable: [],
        problems: [],
      })
      const at = '2026-03-01T07:00:00.000Z'
      expect(lines(test)).toEqual([
        { at, ...verdict },
        { at, ...verdict, target: 'vault' },
      ])
      expect(await health(test)).toBe('good')
    }
  })

  it('finds copies of a parcel that was pruned here, too', async () => {
    const test = publishing(`${writesOne}keep = 1`)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const { places, problems } = await verify(test)
    expect(problems).toEqual([])
    expect(places.map(({ parcels, verified }) => [parcels, verified.length])).toEqual([
      [1, 1],
      [3, 3],
    ])
  })

  it('finds copies where they were put, whatever the layout is by now', async () => {
    const daily = '\nlayout = "daily"\n'
    for (const config of [writesOne, writesFolder]) {
      const test = await harmed(config, () => undefined, daily)
      expect(existsSync(join(test.place, 'vault-disk/exports/2026-03-01/todoist'))).toBe(true)
      expect((await verify(test)).problems).toEqual([])
      const path = join(test.root, 'unsilo.toml')
      writeFileSync(path, readFileSync(path, 'utf8').replace(daily, ''))
      expect((await verify(test)).problems).toEqual([])
    }
  })

  it('tells once of parcels that have no hash, and it is no failure', async () => {
    const test = testDataset('')
    mkdirSync(join(test.folder, 'data'))
    for (const name of [`${id}.json`, '2026-03-01T070000Z.json']) writeFileSync(join(test.folder, 'data', name), '1')
    expect(await verify(test)).toEqual({
      dataset: 'todoist',
      places: [{ parcels: 0, verified: [] }],
      unverifiable: [id, '2026-03-01T070000Z'],
      problems: [],
    })
    expect(existsSync(join(test.folder, 'ledger.ndjson'))).toBe(false)
  })

  it('reads only what is asked for, and in time all', async () => {
    const test = publishing(writesOne)
    for (let count = 0; count < 6; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const verified: string[][] = []
    for (let count = 0; count < 3; count++) {
      const { places } = await verify(test, { share: 0.3, here: false })
      verified.push(places[0]!.verified.map(({ parcel }) => parcel.slice(11, 13)).sort())
      test.clock.advance(hour)
    }
    expect(verified).toEqual([
      ['06', '07', '11'],
      ['08', '09', '11'],
      ['06', '10', '11'],
    ])
  })

  it('reads folders of many files', async () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const many = `cmd = '''mkdir "$PARCEL_PATH" && cd "$PARCEL_PATH" && seq 1000 | split -l 1 -a 4 -'''`
    const test = await harmed(many, (test) => {
      flip(inVault(test, `data/${id}/xaabc`))
      for (const letter of letters) rmSync(inVault(test, `data/${id}/xaac${letter}`))
    })
    const { places } = await verify(test)
    expect(places.map(({ verified }) => verified[0])).toMatchObject([
      { ok: true, files: 1000 },
      {
        ok: false,
        files: 992,
        faults: [
          `todoist/data/${id}/xaabc is changed`,
          ...letters.slice(0, 4).map((letter) => `todoist/data/${id}/xaac${letter} is missing`),
          'and 4 more',
        ],
      },
    ])
  })

  it('reads thousands of parcels', async () => {
    const test = testDataset('')
    mkdirSync(join(test.folder, 'data'))
    const sealed = Array.from({ length: 2500 }, (_, count) => {
      const parcel = parcelIdAt(new Date(Date.UTC(2020, 0, 1) + count * hour))
      writeFileSync(join(test.folder, 'data', `${parcel}.txt`), 'x\n')
      const event = { event: 'sealed', parcel, state: 'good', name: `${parcel}.txt`, files: 1, bytes: 2 }
      return JSON.stringify({ at: '2020-06-01T00:00:00.000Z', ...event, sha256: hashOf('x\n') })
    })
    writeFileSync(join(test.folder, 'ledger.ndjson'), `${sealed.join('\n')}\n`)
    const { places, problems } = await verify(test)
    expect([problems, places[0]!.verified.length]).toEqual([[], 2500])
    expect(lines(test)).toHaveLength(2500)
    expect((await verify(test, { share: 0.05 })).places[0]!.verified).toHaveLength(126)
  })
})

describe('a copy at a target', () => {
  it.each<[string, string, (test: PublishingDataset) => void, string[]]>([
    ['one bit', writesOne, (test) => flip(inVault(test, `data/${id}.json`)), [`todoist/data/${id}.json is changed`]],
    [
      'its end',
      writesOne,
      (test) => truncateSync(inVault(test, `data/${id}.json`), 2),
      [`todoist/data/${id}.json is changed`],
    ],
    ['all of it', writesOne, (test) => rmSync(inVault(test, `data/${id}.json`)), [`todoist/data/${id}.json is gone`]],
    ['a file', writesFolder, (test) => rmSync(inVault(test, `data/${id}/b`)), [`todoist/data/${id}/b is missing`]],
    [
      'a folder',
      writesFolder,
      (test) => rmSync(inVault(test, `data/${id}`), { recursive: true }),
      [`todoist/data/${id} is gone`],
    ],
    [
      'the places of two files',
      writesFolder,
      (test) => {
        const [one, other] = [inVault(test, `data/${id}/b`), inVault(test, `data/${id}/in é/a 😀`)]
        renameSync(one, `${one}.x`)
        renameSync(other, one)
        renameSync(`${one}.x`, other)
      },
      [`todoist/data/${id}/b is changed`, `todoist/data/${id}/in é/a 😀 is changed`],
    ],
    [
      'its list',
      writesFolder,
      (test) => flip(inVault(test, `log/${id}.sha256`)),
      [`todoist/log/${id}.sha256 is changed`],
    ],
    [
      'its list whole',
      writesFolder,
      (test) => rmSync(inVault(test, `log/${id}.sha256`)),
      [`todoist/log/${id}.sha256 is missing`],
    ],
  ])('that has lost %s is an alarm that says what to do', async (_, config, harm, faults) => {
    const test = await harmed(config, harm)
    const found = await verify(test)
    expect(found.places.map(({ verified }) => verified[0]!.ok)).toEqual([true, false])
    expect(theOnly(found, 1).faults).toEqual(faults)
    expect(found.problems).toEqual([
      {
        severity: 'error',
        code: 'corrupt',
        message: `the copy of ${id} at vault is not what was published: ${faults.join('; ')}`,
        hint: 'Find out why. Move what is there away at vault; then `unsilo publish todoist --target vault --backfill` copies the one here again.',
      },
    ])
    const before = filesIn(inVault(test))
    const report = await reportOn(await test.open(), test.context)
    expect(report).toMatchObject({ health: 'damaged', copies: { count: 1 } })
    test.clock.advance(2 * hour)
    await test.run()
    expect((await reportOn(await test.open(), test.context)).health).toBe('damaged')
    expect(filesIn(inVault(test))).toEqual(expect.arrayContaining(before))
  })

  it('may have more files than were published, which is told', async () => {
    const test = await harmed(writesFolder, ({ place, folder }) => {
      writeFileSync(join(place, `vault-disk/exports/todoist/data/${id}/.DS_Store`), 'x')
      writeFileSync(join(folder, `data/${id}/.DS_Store`), 'x')
    })
    const found = await verify(test)
    expect(found.places.map(({ verified }) => verified[0]!.ok)).toEqual([true, true])
    expect(found.problems.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', `the folder of ${id} has a file that is no part of it: ${id}/.DS_Store`],
      ['warning', `the folder of ${id} at vault has a file that is no part of it: todoist/data/${id}/.DS_Store`],
    ])
    expect(await health(test)).toBe('good')
  })

  it('is good again when the right one was put back, and verified', async () => {
    const test = await harmed(writesOne, (test) => flip(inVault(test, `data/${id}.json`)))
    await verify(test)
    flip(inVault(test, `data/${id}.json`))
    expect(await health(test)).toBe('damaged')
    // Others are not verified, but what was damaged always is.
    for (let count = 0; count < 3; count++) {
      test.clock.advance(hour)
      await test.run()
    }
    expect(await health(test)).toBe('damaged')
    expect((await verify(test, { share: 0.01, here: false })).problems).toEqual([])
    expect(await health(test)).toBe('good')
  })

  it('that is damaged is no copy that lets prune remove the parcel here', async () => {
    const test = await harmed(`${writesOne}keep = 1`, (test) => flip(inVault(test, `data/${id}.json`)))
    await verify(test)
    for (let count = 0; count < 3; count++) {
      test.clock.advance(hour)
      await test.run()
    }
    expect(test.names('data')[0]).toBe(`${id}.json`)
    flip(inVault(test, `data/${id}.json`))
    await verify(test)
    test.clock.advance(hour)
    await test.run()
    expect(test.names('data')).not.toContain(`${id}.json`)
  })

  const hasAge = spawnSync('age-keygen', ['--version']).error === undefined
  it.skipIf(!hasAge).each([writesOne, writesFolder])(
    'that is encrypted is verified without the key (%j; skipped without the age program)',
    async (config) => {
      const test = testDataset(`${hourly}${config}`)
      await test.run()
      const key = join(temporaryFolder(), 'key.txt')
      execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' })
      const recipient = execFileSync('age-keygen', ['-y', key], { encoding: 'utf8' }).trim()
      rmSync(key)
      const path = temporaryFolder()
      const cloud = folderAt('cloud', path, undefined, { encrypt: { kind: 'age', recipients: [recipient] } })
      expect((await publishTo(test, cloud)).problems).toEqual([])
      const only = { here: false, targets: [cloud] }
      expect(await verify(test, only)).toMatchObject({ problems: [], places: [{ verified: [{ ok: true }] }] })
      const stored = filesIn(join(path, 'todoist/data'))[0]!
      flip(join(path, 'todoist/data', stored))
      expect(theOnly(await verify(test, only), 0)).toMatchObject({
        ok: false,
        faults: [`todoist/data/${stored} is changed`],
      })
      const list = join(path, `todoist/log/${id}.sha256`)
      if (!existsSync(list)) return
      rmSync(list)
      expect(theOnly(await verify(test, only), 0).faults).toEqual([
        `todoist/log/${id}.sha256 is missing, so the files of todoist/data/${id} cannot be compared`,
      ])
    },
  )
})

describe('a parcel here', () => {
  it.each<[string, string, (folder: string) => void, string]>([
    ['one bit', writesOne, (folder) => flip(join(folder, `data/${id}.json`)), `${id}.json is changed`],
    ['a file', writesFolder, (folder) => rmSync(join(folder, `data/${id}/b`)), `${id}/b is missing`],
  ])('that has lost %s is an alarm that names a good copy', async (_, config, harm, fault) => {
    const test = await harmed(config, ({ folder }) => harm(folder))
    const { problems } = await verify(test)
    expect(problems).toMatchObject([{ code: 'corrupt', message: `${id} is not what was sealed: ${fault}` }])
    expect(problems[0]!.hint).toContain(`\`unsilo restore todoist --from vault --parcel ${id} --raw --to FOLDER\``)
    expect(await reportOn(await test.open(), test.context)).toMatchObject({
      health: 'damaged',
      copies: { count: 1, places: [{ ok: false }, { target: 'vault', ok: true }] },
    })
    rmSync(join(test.folder, 'data'), { recursive: true })
    mkdirSync(join(test.folder, 'data'))
    for (const name of readdirSync(inVault(test, 'data')))
      execFileSync('cp', ['-r', inVault(test, `data/${name}`), join(test.folder, 'data')])
    expect((await verify(test)).problems).toEqual([])
    expect(await health(test)).toBe('good')
  })

  it('that has no other copy is said to have none', async () => {
    const test = testDataset(`${hourly}${writesOne}`)
    await test.run()
    flip(join(test.folder, `data/${id}.json`))
    expect((await verify(test)).problems[0]!.hint).toMatch(/^There is no other copy\./)
  })

  it('that is gone, and was not pruned, is told', async () => {
    const test = publishing(writesOne)
    await test.run()
    test.clock.advance(hour)
    await test.run()
    rmSync(join(test.folder, `data/${id}.json`))
    expect((await verify(test)).problems).toMatchObject([
      { severity: 'warning', message: `the parcel ${id} is gone from ${test.folder}/data, and not by unsilo` },
    ])
  })

  it('that is there twice is told, and the others are read', async () => {
    const test = publishing(writesOne)
    await test.run()
    test.clock.advance(hour)
    await test.run()
    writeFileSync(join(test.folder, `data/${id}.txt`), 'x')
    const { places, problems } = await verify(test)
    expect(problems).toMatchObject([{ code: 'clash' }])
    expect(places.map(({ verified }) => verified.length)).toEqual([1, 2])
  })
})

describe('a target that is down', () => {
  it.each<[string, (test: PublishingDataset) => void]>([
    ['is not there', ({ place }) => renameSync(join(place, 'vault-disk'), join(place, 'unplugged'))],
    [
      'is an empty folder',
      ({ place }) => {
        renameSync(join(place, 'vault-disk'), join(place, 'unplugged'))
        mkdirSync(join(place, 'vault-disk/exports'), { recursive: true })
      },
    ],
  ])('because it %s is an error, no verdict, and the others are read', async (_, takeAway) => {
    const test = publishing(writesOne, ['vault', 'nas'])
    await test.run()
    takeAway(test)
    const { places, problems } = await verify(test)
    expect(problems).toMatchObject([
      { severity: 'error', code: 'not-found', message: expect.stringMatching(/^target vault: /) },
    ])
    expect(places.map(({ target, verified }) => [target, verified.length])).toEqual([
      [undefined, 1],
      ['vault', 0],
      ['nas', 1],
    ])
    expect(await health(test)).toBe('good')
  })

  it('while it is read is no verdict on what it has', async () => {
    const test = publishing(writesOne)
    await test.run()
    const path = join(test.place, 'vault-disk')
    const going = folderAt('vault', join(path, 'exports'), (target) => ({
      async get(file, signal) {
        renameSync(path, join(test.place, 'unplugged'))
        return target.get(file, signal)
      },
    }))
    const { places, problems } = await verify(test, { here: false, targets: [going] })
    expect(problems).toMatchObject([{ code: 'not-found' }])
    expect([places[0]!.verified, lines(test)]).toEqual([[], []])
  })

  it('because of its network keeps what was read until then', async () => {
    const test = publishing(writesFolder)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const failing = folderAt('vault', join(test.place, 'vault-disk/exports'), (target) => ({
      async get(file, signal) {
        if (file.includes('T060000Z')) throw new UnsiloError('network', 'the line is cut', { retryable: true })
        return target.get(file, signal)
      },
    }))
    const { places, problems } = await verify(test, { here: false, targets: [failing] })
    expect(problems).toMatchObject([{ code: 'network', message: 'target vault: the line is cut' }])
    expect(places[0]!.verified.map(({ parcel }) => parcel)).toEqual(['2026-03-01T080000Z'])
    expect(lines(test)).toHaveLength(1)
  })
})

describe('the ledger', () => {
  it('gets what was read until an interrupt, and nothing of the rest', async () => {
    const test = publishing(writesFolder)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const controller = new AbortController()
    const stopped = folderAt('vault', join(test.place, 'vault-disk/exports'), (target) => ({
      async get(file, signal) {
        if (file.includes('T060000Z')) controller.abort()
        return target.get(file, signal)
      },
    }))
    const context = { ...test.context, signal: controller.signal }
    const { problems } = await verify(test, { here: false, targets: [stopped], context })
    expect(problems).toMatchObject([{ code: 'cancelled', message: 'interrupted' }])
    expect(lines(test)).toMatchObject([{ parcel: '2026-03-01T080000Z', ok: true }])
  })

  it('is written when another unsilo has ended; parcels are read meanwhile', async () => {
    const test = publishing(writesOne)
    await test.run()
    const lock = (await acquireLock(join(test.folder, 'ledger.ndjson')))!
    let waited = 0
    const clock = {
      now: () => test.clock.now(),
      sleep: async () => {
        waited += 1
        if (waited === 3) lock.release()
      },
    }
    const context = { ...test.context, system: { ...test.system, clock } }
    expect((await verify(test, { context })).problems).toEqual([])
    expect([waited, lines(test).length]).toEqual([3, 2])
  })

  it('that cannot be written does not hide what was found', async () => {
    const test = publishing(writesOne)
    await test.run()
    flip(inVault(test, `data/${id}.json`))
    const lock = (await acquireLock(join(test.folder, 'ledger.ndjson')))!
    const controller = new AbortController()
    const clock = { now: () => test.clock.now(), sleep: async () => controller.abort() }
    const context = { system: { ...test.system, clock }, signal: controller.signal }
    const { problems } = await verify(test, { context })
    lock.release()
    expect(problems.map(({ code }) => code)).toEqual(['busy', 'corrupt'])
    expect(lines(test)).toEqual([])
  })

  it('gets no verdict on what was pruned, withdrawn or published again while it was read', async () => {
    const test = publishing(writesOne)
    for (let count = 0; count < 2; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    const said = { at: test.clock.now().toISOString(), parcel: id }
    const prunedMeanwhile = folderAt('vault', join(test.place, 'vault-disk/exports'), (target) => ({
      async get(file, signal) {
        if (file.includes(id)) {
          const events = [
            { ...said, event: 'pruned', removed: { [id]: 'x' }, kept: {} },
            { ...said, event: 'withdrawn', target: 'vault', because: 'x' },
          ]
          for (const event of events) appendFileSync(join(test.folder, 'ledger.ndjson'), `${JSON.stringify(event)}\n`)
          rmSync(join(test.folder, `data/${id}.json`))
          rmSync(inVault(test, `data/${id}.json`))
        }
        return target.get(file, signal)
      },
    }))
    expect(await verify(test, { targets: [prunedMeanwhile] })).toMatchObject({
      problems: [],
      places: [{ verified: [{ parcel: '2026-03-01T070000Z' }] }, { verified: [{ parcel: '2026-03-01T070000Z' }] }],
    })
  })
})
