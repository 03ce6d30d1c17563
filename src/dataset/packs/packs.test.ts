import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { readMetrics } from '../../metric/metrics-file.ts'
import { systemFiles } from '../../system/files.ts'
import { sealedParcels } from '../history.ts'
import { pruneDataset } from '../prune.ts'
import { recomputeMetrics } from '../recompute.ts'
import { restoreParcel } from '../restore.ts'
import { listSummaries } from '../show.ts'
import { verifyDataset } from '../verify.ts'
import { packDataset } from './pack.ts'
import { contentsOfAll, datasetWith, day, folder, packing, treeOf } from './packs.fixture.ts'
import { unpackDataset } from './unpack-parcels.ts'

const march = '2026-03.pack.tar.zst'
const marchIds = ['2026-03-01T060000Z', '2026-03-09T060000Z', '2026-03-17T060000Z', '2026-03-25T060000Z']
/** Summaries of parcels, but for where they are. */
const withoutPlace = (some: readonly object[]): object[] => some.map((one) => ({ ...one, path: '', pack: '' }))
const data = (test: { folder: string }): string => join(test.folder, 'data')

describe('packing', () => {
  it.each([
    ['files', undefined],
    ['folders', folder],
  ])('puts old parcels that are %s into a pack a month, and unpacking gives the same back', async (_, cmd) => {
    const test = await datasetWith(cmd === undefined ? {} : { cmd }, 9)
    const before = treeOf(data(test))
    const contents = await contentsOfAll(test)
    const { packed, problems } = await packDataset(await test.open(), test.context, false)
    expect(problems).toEqual([])
    expect(packed.map(({ pack, parcels }) => [pack, parcels])).toEqual([
      [march, marchIds],
      ['2026-04.pack.tar.zst', ['2026-04-02T060000Z', '2026-04-10T060000Z', '2026-04-18T060000Z']],
    ])
    expect(test.names('data').filter((name) => name.startsWith('2026-0'))).toHaveLength(2 + 2)
    expect(test.names('incomplete')).toEqual([])
    expect(await contentsOfAll(test)).toEqual(contents)
    const back = await unpackDataset(await test.open(), test.context, [])
    expect(back.parcels).toHaveLength(7)
    expect(treeOf(data(test))).toEqual(before)
  })

  it('writes what tar and zstd read without unsilo', async () => {
    const test = await datasetWith({ cmd: folder }, 6)
    const before = treeOf(data(test))
    await packDataset(await test.open(), test.context, false)
    const to = temporaryFolder()
    execFileSync('sh', ['-c', `zstd -q -d --long=27 -c "${join(data(test), march)}" | tar -x -p -C "${to}"`])
    expect(treeOf(to)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([path]) => path.startsWith('2026-03'))),
    )
  })

  it('gives the same bytes whether a month is packed at once or bit by bit', async () => {
    const once = await datasetWith({}, 9)
    const twice = await datasetWith({}, 9)
    // The exports of the two were made at different times.
    for (const name of once.names('data'))
      execFileSync('touch', ['-d', '2026-05-01', join(data(once), name), join(data(twice), name)])
    await packDataset(await once.open(), once.context, false)
    twice.clock.advance(-40 * day)
    expect((await packDataset(await twice.open(), twice.context, false)).packed).toMatchObject([
      { parcels: marchIds.slice(0, 2) },
    ])
    twice.clock.advance(40 * day)
    expect((await packDataset(await twice.open(), twice.context, false)).packed[0]!.parcels).toEqual(marchIds.slice(2))
    expect(readFileSync(join(data(twice), march)).equals(readFileSync(join(data(once), march)))).toBe(true)
  })

  it('is seen by no other verb', async () => {
    const test = await datasetWith({ config: `${packing}metrics.lines.cmd = "wc -l < $PARCEL_PATH"` }, 6)
    const dataset = await test.open()
    const summaries = withoutPlace(listSummaries(dataset, test.context, true))
    await recomputeMetrics(dataset, test.context, [])
    const metrics = readMetrics(systemFiles, join(test.folder, 'metrics.csv')).rows
    await packDataset(dataset, test.context, false)
    const packed = listSummaries(dataset, test.context, true)
    expect(withoutPlace(packed)).toEqual(summaries)
    expect(packed[0]).toMatchObject({ pack: join(data(test), march) })
    await recomputeMetrics(dataset, test.context, [])
    expect(readMetrics(systemFiles, join(test.folder, 'metrics.csv')).rows).toEqual(metrics)
    const verified = await verifyDataset(dataset, test.context, { share: 1, here: true, targets: [] })
    expect(verified.problems).toEqual([])
    expect(verified.places[0]!.verified.filter(({ ok }) => ok)).toHaveLength(6)
    const to = join(temporaryFolder(), 'back')
    expect(await restoreParcel(dataset, test.context, { parcel: marchIds[1], to })).toMatchObject({
      verified: true,
      files: 1,
    })
    expect(readFileSync(join(to, `${marchIds[1]!}.txt`), 'utf8')).toContain(marchIds[1])
    expect(readdirSync(join(test.folder, '.cache/lent'))).toEqual([])
  })

  it('leaves the newest good parcel, and one that is not what was sealed', async () => {
    const test = await datasetWith({}, 4)
    test.clock.advance(365 * day)
    const damaged = join(data(test), `${marchIds[1]!}.txt`)
    appendFileSync(damaged, 'x')
    const { packed, problems, left } = await packDataset(await test.open(), test.context, false)
    expect(packed).toMatchObject([{ pack: march, parcels: [marchIds[0], marchIds[2]] }])
    expect(left).toEqual([{ id: marchIds[3], because: 'the newest good parcel' }])
    expect(problems).toMatchObject([
      { severity: 'error', code: 'corrupt', message: expect.stringContaining(marchIds[1]!) as string },
    ])
    expect(readFileSync(damaged, 'utf8')).toMatch(/x$/)
    expect(test.names('data')).toEqual([march, `${marchIds[1]!}.txt`, `${marchIds[3]!}.txt`].sort())
  })
})

describe('a run', () => {
  it('packs a month once all of it is old enough, and does not pack again what was unpacked by hand', async () => {
    const test = await datasetWith({}, 7, 8)
    // The 26th of April: some of March is older than 30 days.
    expect((await test.run()).packed).toBeUndefined()
    test.clock.advance(6 * day)
    expect(await test.run({ dryRun: true })).toMatchObject({ planned: { pack: [{ pack: march, parcels: marchIds }] } })
    expect((await test.run()).packed).toMatchObject([{ pack: march, parcels: marchIds }])
    await unpackDataset(await test.open(), test.context, [marchIds[0]!])
    expect((await test.run()).packed).toBeUndefined()
    expect(sealedParcels(test.history())[0]!.stored.packed).toBeUndefined()
    expect((await packDataset(await test.open(), test.context, false)).packed.slice(0, 1)).toMatchObject([
      { parcels: [marchIds[0]] },
    ])
  })

  it('goes on with packs when the ledger and everything but the data is lost', async () => {
    const test = await datasetWith({ cmd: folder }, 6)
    const contents = await contentsOfAll(test)
    await packDataset(await test.open(), test.context, false)
    for (const name of ['ledger.ndjson', 'metrics.csv', 'log', '.cache', 'incomplete'])
      rmSync(join(test.folder, name), { recursive: true, force: true })
    expect(await contentsOfAll(test)).toEqual(contents)
    expect((await test.run()).problems).toEqual([])
    expect(test.read('ledger.ndjson')).toContain('"event":"packed"')
    expect(sealedParcels(test.history()).map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'good'))
  })

  it.each([
    ['cut off', (path: string) => truncateSync(path, statSync(path).size - 20)],
    ['followed by something else', (path: string) => appendFileSync(path, 'x')],
  ])('finds again what a pack holds whose index is %s', async (_, damage) => {
    const test = await datasetWith({ cmd: folder }, 6)
    const contents = await contentsOfAll(test)
    await packDataset(await test.open(), test.context, false)
    damage(join(data(test), march))
    expect(sealedParcels(test.history())).toHaveLength(2)
    expect(test.history().parcels.map(({ state }) => state)).not.toContain('gone')
    expect((await test.run()).problems).toEqual([])
    test.clock.advance(-1000)
    expect(await contentsOfAll(test)).toMatchObject(contents)
    // The index is kept in .cache, and the pack is as the ledger has it again.
    expect(sealedParcels(test.history())).toHaveLength(7)
  })

  it('takes a pack that was made by hand', async () => {
    const test = await datasetWith({}, 6)
    const contents = await contentsOfAll(test)
    execFileSync('sh', [
      '-c',
      `cd "${data(test)}" && tar -c 2026-03-* | zstd -q -3 --long=27 > ${march} && rm 2026-03-*`,
    ])
    expect((await test.run()).problems).toEqual([])
    expect(await contentsOfAll(test)).toMatchObject(contents)
  })

  it('tells of a damaged pack, and of no other parcel', async () => {
    const test = await datasetWith({}, 9)
    await packDataset(await test.open(), test.context, false)
    const path = join(data(test), march)
    const bytes = readFileSync(path)
    bytes[40]! ^= 1
    writeFileSync(path, bytes)
    const { problems, places } = await verifyDataset(await test.open(), test.context, {
      share: 1,
      here: true,
      targets: [],
    })
    expect(
      places[0]!.verified
        .filter(({ ok }) => !ok)
        .map(({ parcel }) => parcel)
        .sort(),
    ).toEqual(marchIds)
    expect(problems.every(({ message }) => message.includes('2026-03'))).toBe(true)
    const to = join(temporaryFolder(), 'back')
    await expect(restoreParcel(await test.open(), test.context, { parcel: marchIds[2], to })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(march) as string,
    })
    await expect(unpackDataset(await test.open(), test.context, [march])).rejects.toMatchObject({ code: 'corrupt' })
  })

  it('leaves a damaged pack whose parcels are nowhere else, and removes one whose parcels all are', async () => {
    const test = await datasetWith({}, 6)
    const aside = temporaryFolder()
    for (const id of marchIds) copyFileSync(join(data(test), `${id}.txt`), join(aside, id))
    await packDataset(await test.open(), test.context, false)
    const path = join(data(test), march)
    const bytes = readFileSync(path)
    bytes[40]! ^= 1
    writeFileSync(path, bytes)
    copyFileSync(join(aside, marchIds[0]!), join(data(test), `${marchIds[0]!}.txt`))
    expect((await test.run()).problems).toMatchObject([{ code: 'corrupt' }])
    expect(test.names('data')).toContain(march)
    for (const id of marchIds) copyFileSync(join(aside, id), join(data(test), `${id}.txt`))
    expect((await test.run()).problems).toEqual([])
    expect(test.names('data')).not.toContain(march)
    expect(sealedParcels(test.history()).map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'good'))
  })
})

it('prunes parcels of packs: they are gone from the disk, and the pack when nothing is left', async () => {
  const test = await datasetWith({}, 6)
  await packDataset(await test.open(), test.context, false)
  const contents = await contentsOfAll(test)
  test.configure(`${packing}\nkeep = 4\ncmd = "true"`)
  await pruneDataset(await test.open(), test.context, false)
  const left = sealedParcels(test.history()).map(({ id }) => id)
  expect(left).toEqual([...marchIds.slice(2), '2026-04-02T060000Z', '2026-04-10T060000Z'])
  const listed = execFileSync('sh', ['-c', `zstd -q -d --long=27 -c "${join(data(test), march)}" | tar -t`], {
    encoding: 'utf8',
  })
  expect(listed.trim().split('\n')).toEqual(marchIds.slice(2).map((id) => `${id}.txt`))
  expect(await contentsOfAll(test)).toEqual(Object.fromEntries(Object.entries(contents).slice(2)))
  test.configure(`${packing}\nkeep = 1\ncmd = "true"`)
  await pruneDataset(await test.open(), test.context, false)
  expect(test.names('data')).toEqual(['2026-04-10T060000Z.txt'])
  expect(test.history().parcels.map(({ state }) => state)).toEqual([
    ...Array.from({ length: 5 }, () => 'pruned'),
    'good',
  ])
})

it('publishes parcels of packs to a new target as they were, and packs nothing that a target lacks', async () => {
  const test = await datasetWith({ cmd: folder }, 6)
  await packDataset(await test.open(), test.context, false)
  const contents = await contentsOfAll(test)
  const vault = temporaryFolder()
  writeFileSync(
    join(test.root, 'unsilo.toml'),
    `[targets.vault]\nkind = "folder"\npath = "${vault}"\n[targets.far]\nkind = "folder"\npath = "${vault}/no/such"\n`,
  )
  test.configure(`${packing}publish = ["vault"]\n${folder}`)
  const outcome = await test.run()
  expect(outcome.problems).toEqual([])
  expect(outcome.published).toHaveLength(7)
  const there = treeOf(join(vault, 'todoist/data'))
  // A folder target keeps names and bytes.
  const bytesOf = (tree: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(tree)
        .filter(([, look]) => look.startsWith('file'))
        .map(([path, look]) => [path, look.slice(-64)]),
    )
  expect(bytesOf(there)).toMatchObject(bytesOf(contents))
  test.configure(`${packing}publish = ["vault", "far"]\n${folder}`)
  test.clock.advance(60 * day)
  expect((await packDataset(await test.open(), test.context, true)).left[0]).toEqual({
    id: '2026-04-02T060000Z',
    because: 'not yet at far',
  })
  expect((await packDataset(await test.open(), test.context, true)).planned).toEqual([])
})

it('reads a pack once for a series of parcels', async () => {
  const test = await datasetWith({}, 6)
  await packDataset(await test.open(), test.context, false)
  let reads = 0
  const files = {
    ...systemFiles,
    read: (...args: Parameters<typeof systemFiles.read>) => {
      if (args[0].endsWith(march)) reads += 1
      return systemFiles.read(...args)
    },
  }
  await contentsOfAll(test, { ...test.context, system: { ...test.system, files } })
  expect(reads).toBe(1)
})

it('drops the verdict on a parcel that was packed while it was read', async () => {
  const test = await datasetWith({}, 6)
  const dataset = await test.open()
  let packing: Promise<unknown> | undefined
  const files = {
    ...systemFiles,
    async *read(...[path, range]: Parameters<typeof systemFiles.read>) {
      if (path.endsWith(`${marchIds[0]!}.txt`)) await (packing ??= packDataset(dataset, test.context, false))
      yield* systemFiles.read(path, range)
    },
  }
  const context = { ...test.context, system: { ...test.system, files } }
  const { places, problems } = await verifyDataset(dataset, context, { share: 1, here: true, targets: [] })
  expect(sealedParcels(test.history())[0]!.stored.packed).toBeDefined()
  expect(problems).toEqual([])
  expect(places[0]!.verified.every(({ ok }) => ok)).toBe(true)
})

it('makes the same views of parcels in packs', async () => {
  const config = `${packing}views.days = { key = "hash" }\n`
  const cmd = `cmd = 'echo "[{\\"day\\":\\"$PARCEL_ID\\"}]" > $PARCEL_PATH.json'`
  const test = await datasetWith({ config, cmd }, 6)
  const { readyViews } = await import('../views/views.ts')
  const dataset = await test.open()
  const before = await readyViews(dataset, test.context)
  expect(before.problems).toEqual([])
  await packDataset(dataset, test.context, false)
  rmSync(join(test.folder, '.cache'), { recursive: true })
  const after = await readyViews(dataset, test.context)
  expect(after.problems).toEqual([])
  expect(after.views[0]!.state.items).toBe(6)
  expect(after.views[0]!.state).toEqual(before.views[0]!.state)
})

it('refuses to write outside of the folder that a parcel is unpacked into', async () => {
  const test = await datasetWith({}, 6)
  const place = temporaryFolder()
  mkdirSync(join(place, '2026-03-01T060000Z'))
  writeFileSync(join(place, '2026-03-01T060000Z/a'), 'x')
  execFileSync('sh', [
    '-c',
    `cd "${place}" && tar -c -P --transform='s|/a$|/../../evil|' 2026-03-01T060000Z | zstd -q > "${join(data(test), '2026-03.pack.tar.zst')}"`,
  ])
  rmSync(join(data(test), '2026-03-01T060000Z.txt'))
  await test.run()
  const [stored] = sealedParcels(test.history())
  expect(stored!.stored.packed).toBeDefined()
  await expect(unpackDataset(await test.open(), test.context, ['2026-03-01T060000Z'])).rejects.toMatchObject({
    code: 'corrupt',
  })
  expect(readdirSync(test.folder)).not.toContain('evil')
})
