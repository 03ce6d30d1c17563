import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Killed, breakingFiles } from '../../../test/support/breaking-files.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { lineOf } from '../../ledger/entry.ts'
import type { LedgerEvent } from '../../ledger/event.ts'
import type { Dataset } from '../dataset.ts'
import { packDataset } from '../packs/pack.ts'
import { remakeDataset } from '../remake.ts'
import { listSummaries } from '../show.ts'
import { thinned } from './plan.ts'
import { thinDataset, undoThin } from './thin.ts'

const day = 86_400_000
const config = 'thin = { views = ["saved"] }\n[views.saved]\nitems = "saved[*]"\nkey = "id"\nignore = "score"\n'
const idOf = (date: number): string => `2026-02-${String(date).padStart(2, '0')}T060000Z`
const saved = (...items: unknown[]): string => JSON.stringify({ saved: items })
const one = { id: 1, title: 'one' }
const two = { id: 2, title: 'two' }

/** A dataset with a parcel a day, in February. */
function withParcels(texts: readonly string[], text = config): TestDataset {
  const test = testDataset(text)
  for (const folder of ['data', 'log']) mkdirSync(join(test.folder, folder))
  for (const [index, content] of texts.entries())
    writeFileSync(join(test.folder, 'data', `${idOf(index + 1)}.json`), content)
  return test
}

/** Thins, and is killed in the middle of that step on the disk. @returns Whether it came to its end before. */
function thinsUntilKilled(test: TestDataset, dataset: Dataset, step: number): Promise<boolean> {
  let reached = 0
  const { files } = breakingFiles((_, name) => {
    if (name.includes('.cache') || !name.includes(test.folder)) return 'go on'
    reached++
    return reached === step ? 'kill half-way' : 'go on'
  })
  return thinDataset(dataset, { ...test.context, system: { ...test.system, files } }, false).then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(Killed)
      return false
    },
  )
}

const quiet = (): TestDataset => withParcels(Array.from({ length: 5 }, () => saved(one, two)))
const tell = (test: TestDataset, event: LedgerEvent): void =>
  appendFileSync(join(test.folder, 'ledger.ndjson'), `${lineOf(new Date('2026-02-20T00:00:00Z'), event)}\n`)
const inTrash = (test: TestDataset): string[] => test.names('trash')
const idsIn = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 18))

async function reasonsOf(test: TestDataset): Promise<Record<string, string>> {
  const plan = await thinDataset(await test.open(), test.context, true)
  return Object.fromEntries(
    plan.decisions.map(({ id, keep, reasons }) => [id.slice(8, 10), `${keep ? '' : 'goes: '}${reasons.join('; ')}`]),
  )
}

describe('thin', () => {
  it('does nothing until the dataset says what may be thinned, and tells how', async () => {
    const test = withParcels([saved(one)], config.replace(/^thin.*\n/, ''))
    await expect(thinDataset(await test.open(), test.context, false)).rejects.toMatchObject({
      code: 'config',
      message: 'todoist does not say what may be thinned: `thin` is not set',
      hint: expect.stringContaining('thin = { views = ["saved"] }') as string,
    })
  })

  it('moves to the trash what other parcels hold, and proves it', async () => {
    const test = quiet()
    const plan = await thinDataset(await test.open(), test.context, false)
    expect(thinned(plan)).toMatchObject(
      [2, 3, 4].map((date) => ({
        id: idOf(date),
        reasons: [`saved: all 2 versions are in ${idOf(1)}`],
        held: [{ view: 'saved', versions: 2, parcels: [idOf(1)] }],
      })),
    )
    expect(idsIn(test.names('data'))).toEqual([idOf(1), idOf(5)])
    expect(idsIn(inTrash(test))).toEqual([idOf(2), idOf(3), idOf(4)])
    expect(test.history().parcels.map(({ state }) => state)).toEqual(['good', 'trashed', 'trashed', 'trashed', 'good'])
    expect(test.history().newestGood?.id).toBe(idOf(5))
  })

  it('says why each of the others stays', async () => {
    const test = withParcels([
      saved(one, two),
      saved(one, { ...two, score: 4 }),
      saved(one, { ...two, title: 'zwei' }),
      saved(one, two),
      saved(one),
      saved(one),
      saved(one),
      '{"saved": [{"title": "no key"}]}',
      saved(one),
    ])
    expect(await reasonsOf(test)).toEqual({
      '01': 'the first one with 2 versions of saved, such as 2',
      '02': 'the last one with 1 version of saved, such as 2',
      '03': 'the only one with 1 version of saved, such as 2',
      '04': 'the only one with 1 version of saved, such as 2',
      '05': 'proves that 1 item of saved was gone, such as 2',
      '06': `goes: saved: its version is in ${idOf(5)}`,
      '07': 'the last one with 1 version of saved, such as 1',
      '08': '1 item of saved could not be read, and may be what nothing else holds',
      '09': 'the newest',
    })
  })

  it('keeps what no view reads', async () => {
    const test = testDataset(config)
    for (const date of [1, 2, 3, 4]) {
      const folder = join(test.folder, 'data', idOf(date))
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'saved.json'), saved(one))
      if (date === 2) writeFileSync(join(folder, 'notes.txt'), 'read me')
    }
    expect(await reasonsOf(test)).toMatchObject({
      '02': 'holds what saved does not read: notes.txt',
      '03': expect.stringMatching(/^goes/) as string,
    })
  })

  it('goes by all views, also those that are not named', async () => {
    const test = withParcels(
      [1, 2, 3, 4].map((count) => JSON.stringify({ saved: [one], visits: [{ id: 'x', count }] })),
      `${config}[views.visits]\nitems = "visits[*]"\nkey = "id"\n`,
    )
    expect(await reasonsOf(test)).toMatchObject({ '02': 'the only one with 1 version of visits, such as x' })
    test.configure(config)
    expect(thinned(await thinDataset(await test.open(), test.context, true))).toHaveLength(2)
  })

  it('keeps what holds nothing that is asked for: it may be an answer of another kind', async () => {
    const test = withParcels([saved(one), '{"saved": []}', '{"saved": []}', '{"saved": []}', saved(one)])
    expect(await reasonsOf(test)).toMatchObject({ '03': 'no item of saved is in it' })
  })

  it('keeps suspect and drained parcels, the least that `keep` asks for, and what a target lacks', async () => {
    const test = withParcels(
      Array.from({ length: 8 }, () => saved(one)),
      `keep = { last = 20, min = 2 }\npublish = ["vault"]\n${config}`,
    )
    writeFileSync(join(test.root, 'unsilo.toml'), '[targets.vault]\nkind = "folder"\npath = "vault"\n')
    for (const date of [2, 3, 4, 5, 6, 7])
      tell(test, {
        event: 'sealed',
        parcel: idOf(date),
        state: date === 3 ? 'suspect' : 'good',
        name: `${idOf(date)}.json`,
        files: 1,
        bytes: 40,
        sha256: String(date),
      })
    tell(test, { event: 'intent', parcel: idOf(4), stream: 's', records: [] })
    for (const date of [2, 3, 4, 6, 7])
      tell(test, {
        event: 'published',
        parcel: idOf(date),
        target: 'vault',
        files: 1,
        bytes: 40,
        sha256: String(date),
        how: 'hash',
        path: 'x',
      })
    expect(await reasonsOf(test)).toMatchObject({
      '03': 'suspect: stays until it is accepted, or `keep` lets it go',
      '05': 'not yet at vault',
      '07': 'one of the newest 2, the minimum that stays',
      '08': 'the newest; not yet at vault',
    })
  })

  it('takes what it moves out of packs, and leaves the others there', async () => {
    const packing = `pack = { after = "1 day" }\n${config}`
    const test = withParcels([saved(one), saved(one), saved(one), saved(two), saved(two)], packing)
    const before = readFileSync(join(test.folder, 'data', `${idOf(2)}.json`), 'utf8')
    await packDataset(await test.open(), test.context, false)
    expect(test.names('data')).toEqual([`${idOf(5)}.json`, '2026-02.pack.tar.zst'])
    const reasons = await reasonsOf(test)
    expect(reasons['02']).toBe(`goes: saved: its version is in ${idOf(1)}`)
    await thinDataset(await test.open(), test.context, false)
    expect(inTrash(test)).toEqual([`${idOf(2)}.json`])
    expect(readFileSync(join(test.folder, 'trash', `${idOf(2)}.json`), 'utf8')).toBe(before)
    expect(test.names('data')).toEqual([`${idOf(5)}.json`, '2026-02.pack.tar.zst'])
    expect(test.history().packs[0]!.index!.parcels.map(({ id }) => id)).toEqual([1, 3, 4].map(idOf))
    expect(test.history().parcels.map(({ state }) => state)).toEqual(['good', 'trashed', 'good', 'good', 'good'])
    await undoThin(await test.open(), test.context, 'all')
    expect(test.history().parcels.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'good'))
  })

  it('keeps what no view reads of a parcel in a pack', async () => {
    const test = withParcels([], `pack = { after = "1 day" }\n${config}`)
    for (const date of [1, 2, 3, 4]) {
      mkdirSync(join(test.folder, 'data', idOf(date)))
      writeFileSync(join(test.folder, 'data', idOf(date), 'saved.json'), saved(one))
      writeFileSync(join(test.folder, 'data', idOf(date), 'picture.png'), 'x')
    }
    await packDataset(await test.open(), test.context, false)
    expect((await reasonsOf(test))['02']).toBe('holds what saved does not read: picture.png')
  })

  it('moves nothing while the newest parcel is suspect, or the ledger damaged', async () => {
    const test = quiet()
    tell(test, { event: 'sealed', parcel: idOf(5), state: 'suspect', name: 'x', files: 1, bytes: 1, sha256: '' })
    expect(Object.values(await reasonsOf(test))).toEqual(
      Array(5).fill(`frozen: the newest parcel ${idOf(5)} is suspect`),
    )
    writeFileSync(join(test.folder, 'ledger.ndjson'), 'garbage\n')
    expect(Object.values(await reasonsOf(test))).toEqual(Array(5).fill('frozen: the ledger is damaged'))
  })

  it('moves nothing while a parcel is known to be damaged, until that is mended', async () => {
    const test = quiet()
    tell(test, { event: 'verified', parcel: idOf(2), ok: false, files: 1, bytes: 1 })
    expect(Object.values(await reasonsOf(test))).toEqual(Array(5).fill(`frozen: ${idOf(2)} is damaged; mend it first`))
    tell(test, { event: 'verified', parcel: idOf(2), ok: true, files: 1, bytes: 1 })
    expect(Object.values(await reasonsOf(test))).not.toContain(`frozen: ${idOf(2)} is damaged; mend it first`)
  })

  it('does not go by a first value of what is ignored', async () => {
    const test = withParcels([saved(one)], `${config}prefer = { score = "first-nonempty" }\n`)
    await expect(thinDataset(await test.open(), test.context, true)).rejects.toThrow('both ignores and prefers "score"')
  })

  it('does not go by absences that the places of items prove', async () => {
    const test = withParcels([saved(one)], `${config}window = { newest = 5 }\nabsent = { mark = true }\n`)
    await expect(thinDataset(await test.open(), test.context, true)).rejects.toThrow('by the places of items')
  })

  it('finds nothing more to do a second time', async () => {
    const test = quiet()
    const dataset = await test.open()
    await thinDataset(dataset, test.context, false)
    const ledger = test.read('ledger.ndjson')
    expect(thinned(await thinDataset(dataset, test.context, false))).toEqual([])
    expect(test.read('ledger.ndjson')).toBe(ledger)
  })
})

describe('the trash', () => {
  it('is told by `parcels`, and gives back what is asked for', async () => {
    const test = quiet()
    const dataset = await test.open()
    await thinDataset(dataset, test.context, false)
    expect(listSummaries(dataset, test.context, false)[1]).toMatchObject({
      id: idOf(2),
      state: 'trashed',
      path: join(test.folder, 'trash', `${idOf(2)}.json`),
      because: 'in the trash until 2026-03-31',
      hint: `\`unsilo thin todoist --undo ${idOf(2)}\` brings it back.`,
    })
    expect(await undoThin(dataset, test.context, [idOf(3)])).toEqual({ parcels: [idOf(3)], problems: [] })
    expect(test.history().get(idOf(3))).toMatchObject({ state: 'good', thinnedAt: undefined })
    await expect(undoThin(dataset, test.context, [idOf(3)])).rejects.toThrow('is not in the trash: it is in data/')
    expect(await undoThin(dataset, test.context, 'all')).toEqual({ parcels: [idOf(2), idOf(4)], problems: [] })
    expect(inTrash(test)).toEqual([])
    expect(readFileSync(join(test.folder, 'data', `${idOf(3)}.json`), 'utf8')).toBe(saved(one, two))
  })

  it('does not give back what was changed there, and gives back the others', async () => {
    const test = quiet()
    const dataset = await test.open()
    // So they get their seals.
    await remakeDataset(dataset, test.context)
    await thinDataset(dataset, test.context, false)
    const path = join(test.folder, 'trash', `${idOf(3)}.json`)
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, before.replace('two', 'tow'))
    const ledger = test.read('ledger.ndjson')
    await expect(undoThin(dataset, test.context, [idOf(3)])).rejects.toMatchObject({
      code: 'corrupt',
      message: `${path} is not what was sealed: ${idOf(3)}.json is changed`,
      hint: expect.stringContaining('It stays in the trash') as string,
    })
    expect(test.read('ledger.ndjson')).toBe(ledger)
    expect(await undoThin(dataset, test.context, 'all')).toMatchObject({
      parcels: [idOf(2), idOf(4)],
      problems: [{ severity: 'error', code: 'corrupt' }],
    })
    expect(idsIn(inTrash(test))).toEqual([idOf(3)])
    writeFileSync(path, before)
    expect(await undoThin(dataset, test.context, 'all')).toEqual({ parcels: [idOf(3)], problems: [] })
  })

  it('lets a parcel be moved back by hand', async () => {
    const test = quiet()
    await thinDataset(await test.open(), test.context, false)
    const name = `${idOf(2)}.json`
    renameSync(join(test.folder, 'trash', name), join(test.folder, 'data', name))
    expect(test.history().get(idOf(2))?.state).toBe('good')
  })

  it('is emptied by a run once its days are over, logs and all, and never of what nobody has thinned', async () => {
    const test = quiet()
    writeFileSync(join(test.folder, 'log', `${idOf(2)}.err`), 'x')
    await thinDataset(await test.open(), test.context, false)
    writeFileSync(join(test.folder, 'trash', '2020-01-01T000000Z.json'), 'by hand')
    test.clock.advance(29 * day)
    expect((await test.run()).emptied).toBeUndefined()
    expect((await test.run({ dryRun: true })).planned?.empty).toBeUndefined()
    test.clock.advance(day)
    expect((await test.run({ dryRun: true })).planned?.empty).toEqual([idOf(2), idOf(3), idOf(4)])
    expect((await test.run()).emptied).toEqual([idOf(2), idOf(3), idOf(4)])
    expect(inTrash(test)).toEqual(['2020-01-01T000000Z.json'])
    expect(existsSync(join(test.folder, 'log', `${idOf(2)}.err`))).toBe(false)
    expect(test.history().get(idOf(2))?.state).toBe('thinned')
    expect(test.read('ledger.ndjson')).toContain(
      `"event":"emptied","removed":{"${idOf(2)}":"in the trash since 2026-03-01T06:00`,
    )
    expect((await test.run()).emptied).toBeUndefined()
  })

  it('loses nothing when it is killed at any step of being filled', async () => {
    for (let step = 1; ; step++) {
      const test = quiet()
      const dataset = await test.open()
      await thinDataset(dataset, test.context, true)
      const isDone = await thinsUntilKilled(test, dataset, step)
      if (isDone) {
        expect(step).toBeGreaterThan(9)
        break
      }
      const there = [...idsIn(test.names('data')), ...idsIn(inTrash(test))].sort()
      expect(there).toEqual([1, 2, 3, 4, 5].map(idOf))
      for (const parcel of test.history().parcels) expect(['good', 'trashed']).toContain(parcel.state)
      await thinDataset(dataset, test.context, false)
      expect(idsIn(inTrash(test))).toEqual([2, 3, 4].map(idOf))
      expect(test.history().damagedLines).toBe(0)
    }
  })

  it('loses nothing of a pack when it is killed at any step of taking parcels out of it', async () => {
    const packed = async (): Promise<TestDataset> => {
      const test = withParcels(
        Array.from({ length: 5 }, () => saved(one, two)),
        `pack = { after = "1 day" }\n${config}`,
      )
      await packDataset(await test.open(), test.context, false)
      return test
    }
    for (let step = 1; ; step += 2) {
      const test = await packed()
      const dataset = await test.open()
      await thinDataset(dataset, test.context, true)
      const isDone = await thinsUntilKilled(test, dataset, step)
      if (isDone) {
        expect(step).toBeGreaterThan(15)
        break
      }
      const statesOf = (): string[] => test.history().parcels.map(({ state }) => state)
      for (const state of statesOf()) expect(['good', 'trashed']).toContain(state)
      expect(statesOf()).toHaveLength(5)
      await thinDataset(dataset, test.context, false)
      expect(statesOf(), `killed at step ${step}`).toEqual(['good', 'trashed', 'trashed', 'trashed', 'good'])
      expect(idsIn(inTrash(test))).toEqual([2, 3, 4].map(idOf))
      expect(test.history().packs.flatMap(({ index }) => index!.parcels.map(({ id }) => id))).toEqual([idOf(1)])
      expect(test.names('incomplete')).toEqual([])
    }
  })

  it('never gives back a part of a parcel that a killed run has begun to remove', async () => {
    for (let step = 1; ; step++) {
      const test = quiet()
      const dataset = await test.open()
      await thinDataset(dataset, test.context, false)
      test.configure('trash_days = 3')
      test.clock.advance(4 * day)
      const { files, steps } = breakingFiles((at) => (at === step ? 'kill half-way' : 'go on'))
      const isDone = await test.run({}, { ...test.system, files }).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(Killed)
          return false
        },
      )
      if (isDone) {
        expect(steps.some((name) => name.includes('trash'))).toBe(true)
        break
      }
      for (const id of idsIn(inTrash(test))) await undoThin(dataset, test.context, [id])
      for (const name of test.names('data')) expect(test.read(`data/${name}`)).toBe(saved(one, two))
      const { problems } = await test.run()
      expect(problems).toEqual([])
      expect(test.names('incomplete')).toEqual([])
    }
  })
})
