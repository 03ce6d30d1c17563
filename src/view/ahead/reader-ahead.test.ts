import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { createAccount } from '../../../test/simulator/account.ts'
import { timesEvery } from '../../../test/simulator/snapshot.ts'
import { truthOf } from '../../../test/simulator/truth.ts'
import { full, newest } from '../../../test/simulator/view.ts'
import { buildApart } from '../../../test/support/run-apart.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { UnsiloError } from '../../errors.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { systemFiles } from '../../system/files.ts'
import type { ViewDefinition } from '../definition.ts'
import { readItemBatches } from '../input/read-items.ts'
import { updatedContents } from '../store/updated-contents.fixture.ts'
import type { ViewParcel } from '../store/view-parcel.ts'
import { pathsOf, viewOf } from '../view.fixture.ts'

const built = mkdtempSync(join(tmpdir(), 'unsilo-test-'))
const script = pathToFileURL(buildApart(`import './view/ahead/reader-thread.ts'`, built))
afterAll(() => rmSync(built, { recursive: true }))
const ahead = { script, leastBytes: 0, processors: 2 }
const { signal } = new AbortController()

const dayMs = 86_400_000
const start = new Date('2024-01-01T00:00:00Z')
const end = new Date('2024-01-31T00:00:00Z')
const account = createAccount({ seed: 5, start, createdPerDay: 4, editRate: 0.05, unsaveRate: 0.03, resaveRate: 0.1 })
account.advanceTo(end)
const truth = truthOf(account)
const times = timesEvery(2 * dayMs, new Date('2024-01-02T00:00:00Z'), end)

afterEach(() => vi.unstubAllEnvs())

/** A parcel that is a file, as a dataset has it. */
function parcelOf(folder: string, at: Date, extension: string, content: string | Buffer, definition = viewOf()) {
  const id = parcelIdAt(at)
  const path = join(folder, `${id}.${extension}`)
  writeFileSync(path, content)
  const source = { id, path, isFolder: false, extension }
  const lent = new Set<string>()
  const parcel: ViewParcel = {
    id,
    at,
    isEvidence: true,
    content: Buffer.from(content).toString('base64'),
    read: (known) => readItemBatches(source, definition, { signal, files: systemFiles, known }),
    lend: {
      sizeBytes: () => content.length,
      borrow() {
        lent.add(id)
        return Promise.resolve({ source, release: () => Promise.resolve(void lent.delete(id)) })
      },
    },
  }
  return { ...parcel, lent }
}

type Items = readonly Record<string, unknown>[]

const csvOf = (items: Items): string =>
  ['id,title,score', ...items.map(({ id, title, score }) => [id, JSON.stringify(title), score].join())].join('\n')

/** How parcels are written, and read. */
const formats: Record<string, [write: (items: Items) => string | Buffer, definition: Partial<ViewDefinition>]> = {
  json: [(items) => JSON.stringify({ meta: null, saved: { items } }), { items: pathsOf('other[*]', 'saved.items[*]') }],
  'json.gz': [(items) => gzipSync(JSON.stringify(items)), {}],
  'ndjson.gz': [
    (items) => gzipSync(items.map((item) => `[${JSON.stringify(item)},{"id":"0${String(item.id)}"}]\n`).join('')),
    { items: pathsOf('[*]') },
  ],
  ndjson: [(items) => items.map((item) => `${JSON.stringify(item)}\n`).join(''), { ignore: pathsOf('score') }],
  csv: [csvOf, {}],
  tsv: [
    (items) => items.map(({ id, score }) => `${String(id)}\t${String(score)}\n`).join(''),
    { key: 'hash', csv: { header: false } },
  ],
}

const map: [(items: Items) => string, Partial<ViewDefinition>] = [
  (items) => JSON.stringify(Object.fromEntries(items.map(({ id, ...rest }) => [`k${String(id)}`, rest]))),
  { items: pathsOf('{*}'), key: pathsOf('_name') },
]

it('says the same with one thread and with two, whatever parcels hold, and however they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.entries(formats), ['json', map] as const),
      fc.constantFrom(full(), newest(20)),
      fc.array(fc.nat(999), { maxLength: 4 }),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      async ([extension, [write, changes]], shown, damages, steps) => {
        const definition = viewOf(changes)
        const data = temporaryFolder()
        const parcels = truth.snapshots(shown, times).map(({ at, items }, index) => {
          const content = Buffer.from(write(items as unknown as Items))
          const damage = damages.find((one) => one % times.length === index)
          // One byte is another one, or the rest is missing.
          if (damage !== undefined && damage % 2 === 0) content[damage % content.length] = 0x7b
          const kept = damage !== undefined && damage % 2 === 1 ? content.subarray(0, content.length / 2) : content
          return parcelOf(data, at, extension, kept, definition)
        })
        const [one, two] = [temporaryFolder(), temporaryFolder()]
        // Some parcels come later, also between others.
        let now: typeof parcels = []
        for (const step of [...steps, 1]) {
          now = step === 1 ? parcels : parcels.filter((parcel, index) => now.includes(parcel) || index % step === 0)
          const alone = await updatedContents({ folder: one, definition, parcels: now })
          const both = await updatedContents({ folder: two, definition, parcels: now }, { ahead })
          expect(both).toEqual(alone)
        }
        expect(parcels.flatMap(({ lent }) => [...lent])).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
}, 120_000)

/** Enough for several chunks and batches. */
const many: Items = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(200), n: id % 7 }))
const manyFrom = (from: number): string => JSON.stringify(many.slice(from, from + 4000))
const dayOf = (day: number): Date => new Date(start.getTime() + day * dayMs)

it('tells of a parcel that cannot be had, and reads the others', async () => {
  const data = temporaryFolder()
  const parcels = [0, 1, 2, 3].map((day) => parcelOf(data, dayOf(day), 'json', manyFrom(day * 50)))
  const damaged = new UnsiloError('corrupt', 'the pack is damaged')
  parcels[1]!.lend!.borrow = () => Promise.reject(damaged)
  const view = { folder: temporaryFolder(), definition: viewOf(), parcels }
  const { contents } = await updatedContents(view, { ahead })
  expect(contents.errors).toEqual([{ problem: 'the pack is damaged', file: '', parcel: parcels[1]!.id }])
  expect(contents.items).toHaveLength(4150)
  expect(contents.items.filter(({ lastSeen }) => lastSeen === parcels[3]!.id)).toHaveLength(4000)
})

it('ends when it is interrupted, and gives back what it has borrowed', async () => {
  const data = temporaryFolder()
  const controller = new AbortController()
  const parcels = [0, 1, 2, 3, 4, 5].map((day) => parcelOf(data, dayOf(day), 'json', manyFrom(day * 50)))
  const { borrow } = parcels[3]!.lend!
  parcels[3]!.lend!.borrow = () => {
    controller.abort(new UnsiloError('cancelled', 'interrupted'))
    return borrow()
  }
  const view = { folder: temporaryFolder(), definition: viewOf(), parcels }
  await expect(updatedContents(view, { ahead, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
  expect(parcels.flatMap(({ lent }) => [...lent])).toEqual([])
  const { contents } = await updatedContents(view, { ahead })
  expect(contents).toEqual((await updatedContents({ ...view, folder: temporaryFolder() })).contents)
})

it('fails as one thread does where a program is missing', async () => {
  const data = temporaryFolder()
  mkdirSync(join(data, 'programs'))
  const parcels = [0, 1].map((day) => parcelOf(data, dayOf(day), 'json.xz', 'no xz'))
  vi.stubEnv('PATH', join(data, 'programs'))
  const view = { folder: temporaryFolder(), definition: viewOf(), parcels }
  const alone = await updatedContents(view).catch((error: unknown) => error)
  expect(alone).toMatchObject({ name: 'UnsiloError', code: 'missing-program' })
  const both = await updatedContents(view, { ahead }).catch((error: unknown) => error)
  const { message, hint } = alone as UnsiloError
  expect(both).toMatchObject({ name: 'UnsiloError', code: 'missing-program', message, hint })
})

it('fails when the thread does', async () => {
  const data = temporaryFolder()
  const parcels = [0, 1].map((day) => parcelOf(data, dayOf(day), 'json', '[]'))
  writeFileSync(join(data, 'broken.mjs'), 'throw new RangeError("of its own")')
  const broken = { ...ahead, script: pathToFileURL(join(data, 'broken.mjs')) }
  const view = { folder: temporaryFolder(), definition: viewOf(), parcels }
  await expect(updatedContents(view, { ahead: broken })).rejects.toThrow('of its own')
})
