import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccount } from '../../../test/simulator/account.ts'
import { timesEvery } from '../../../test/simulator/snapshot.ts'
import { truthOf } from '../../../test/simulator/truth.ts'
import { full, newest } from '../../../test/simulator/view.ts'
import { Killed, breakingFiles } from '../../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import type { Files } from '../../system/files.ts'
import { realSystem } from '../../system/system.ts'
import type { ViewDefinition } from '../definition.ts'
import { found, pathsOf, textOf, viewOf } from '../view.fixture.ts'
import { updatedContents } from './updated-contents.fixture.ts'
import type { ViewParcel } from './view-parcel.ts'

const dayMs = 86_400_000
const start = new Date('2024-01-01T00:00:00Z')
const end = new Date('2024-02-15T00:00:00Z')
const account = createAccount({ seed: 3, start, createdPerDay: 4, editRate: 0.03, unsaveRate: 0.03, resaveRate: 0.1 })
account.advanceTo(end)
const truth = truthOf(account)
const times = timesEvery(3 * dayMs, new Date('2024-01-03T00:00:00Z'), end)
const parcelsOf = (shown: ReturnType<typeof full>) =>
  truth.snapshots(shown, times).map(({ at, items }) => parcelOf(at, items))

function parcelOf(at: Date, items: readonly unknown[], content = at.toISOString()): ViewParcel {
  return { id: parcelIdAt(at), at, isEvidence: true, content, read: () => [items.map(textOf).map(found)] }
}

const update = (
  folder: string,
  parcels: readonly ViewParcel[],
  definition: ViewDefinition = viewOf(),
  files: Files = realSystem.files,
) => updatedContents({ folder, definition, parcels }, { system: { ...realSystem, files } })

const fromScratch = async (parcels: readonly ViewParcel[], definition?: ViewDefinition) =>
  (await update(temporaryFolder(), parcels, definition)).contents

/** What may happen to the parcels of a dataset; numbers choose which. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'arrives' as const, which: 0 }) },
  fc.record({ kind: fc.constantFrom('comes late', 'goes', 'is judged', 'is replaced'), which: fc.nat(99) }),
)

function after(
  { kind, which }: { kind: string; which: number },
  all: readonly ViewParcel[],
  now: readonly ViewParcel[],
): ViewParcel[] {
  const missing = all.filter(({ id }) => now.every((other) => other.id !== id))
  const chosen = now[which % Math.max(1, now.length)]
  const others = now.filter((parcel) => parcel !== chosen)
  let next: ViewParcel[] = [...now]
  if (kind === 'arrives') next.push(...missing.filter(({ id }) => id > (now.at(-1)?.id ?? '')).slice(0, 1))
  else if (kind === 'comes late') next.push(...missing.slice(which % Math.max(1, missing.length)).slice(0, 1))
  else if (chosen === undefined) return next
  else if (kind === 'goes') next = others
  else if (kind === 'is judged') next = [...others, { ...chosen, isEvidence: !chosen.isEvidence }]
  else {
    const other = all[which % all.length]!
    next = [...others, { ...chosen, content: other.content, read: (known) => other.read(known) }]
  }
  return next.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const definitions = fc.constantFrom<[ReturnType<typeof full>, Partial<ViewDefinition>]>(
  [full(), {}],
  [full(), { ignore: pathsOf('score'), pick: 'first', prefer: { title: 'first-nonempty', body: 'latest' } }],
  [newest(30), { window: { newest: 30, by: pathsOf('created_at')[0]! } }],
  [newest(8), { window: { newest: 8, by: pathsOf('created_at')[0]! }, absent: { mark: true, parcels: 2, days: 4 } }],
)

describe('the log of a view', () => {
  it('says the same as from scratch, whatever happens to the parcels, and reads none twice', async () => {
    await fc.assert(
      fc.asyncProperty(definitions, fc.array(event, { minLength: 1, maxLength: 12 }), async (chosen, events) => {
        const all = parcelsOf(chosen[0])
        const definition = viewOf(chosen[1])
        const folder = temporaryFolder()
        const known = new Set<string>()
        let now: ViewParcel[] = []
        for (const one of events) {
          now = after(one, all, now)
          const { contents, read } = await update(folder, now, definition)
          expect(read).toEqual(now.filter(({ id, content }) => !known.has(id + content)).map(({ id }) => id))
          for (const { id, content } of now) known.add(id + content)
          expect(contents).toEqual(await fromScratch(now, definition))
        }
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it('is merged anew, and not read again, where only the merge is another', async () => {
    const folder = temporaryFolder()
    const parcels = parcelsOf(full())
    await update(folder, parcels)
    const other = viewOf({ absent: { mark: true, parcels: 3, days: 1 }, prefer: { title: 'first-nonempty' } })
    const { contents, read } = await update(folder, parcels, other)
    expect(read).toEqual([])
    expect(contents).toEqual(await fromScratch(parcels, other))
  })

  it('is whole after a kill at any step, and goes on from there', async () => {
    const parcels = parcelsOf(full()).slice(0, 6)
    const whole = await fromScratch(parcels)
    for (const fault of ['kill', 'kill half-way'] as const) {
      for (let step = 1; ; step++) {
        const folder = temporaryFolder()
        await update(folder, parcels.slice(0, 3))
        const { files } = breakingFiles((reached) => (reached === step ? fault : 'go on'))
        const isKilled = await update(folder, parcels, viewOf(), files).then(
          () => false,
          (error: unknown) => error instanceof Killed,
        )
        const { contents, read } = await update(folder, parcels)
        expect(contents).toEqual(whole)
        expect(read.length).toBeLessThanOrEqual(3)
        expect(readdirSync(join(folder, readdirSync(folder)[0]!)).filter((name) => name.includes('.tmp'))).toEqual([])
        if (!isKilled) break
      }
    }
  })

  it('tells that the disk is full, and goes on when it is not any more', async () => {
    const parcels = parcelsOf(full()).slice(0, 6)
    const whole = await fromScratch(parcels)
    for (let step = 1; ; step++) {
      const folder = temporaryFolder()
      await update(folder, parcels.slice(0, 3))
      const { files, steps } = breakingFiles((reached) => (reached === step ? { refuse: 'ENOSPC' } : 'go on'))
      const error: unknown = await update(folder, parcels, viewOf(), files).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (step <= steps.length) expect(error).toMatchObject({ code: 'no-space' })
      expect((await update(folder, parcels)).contents).toEqual(whole)
      if (error === undefined) break
    }
  })

  it('is made anew where a file of it is damaged, cut off, emptied or of another version', async () => {
    const parcels = parcelsOf(newest(30))
    const definition = viewOf({ window: { newest: 30, by: pathsOf('created_at')[0]! } })
    const whole = await fromScratch(parcels, definition)
    const damages: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.subarray(0, bytes.length >> 1),
      () => Buffer.alloc(0),
      (bytes) => bytes.fill(0x55, bytes.length >> 1),
      (bytes) => bytes.fill(0x55, 0, bytes.length >> 1),
      () => Buffer.from('{"format":0}'),
    ]
    const folder = temporaryFolder()
    for (const damage of damages) {
      for (let place = 0; place < 6; place++) {
        await update(folder, parcels.slice(0, -3), definition)
        const path = filesIn(folder)[place]!
        writeFileSync(path, damage(readFileSync(path)))
        const { contents } = await update(folder, parcels, definition)
        expect([path, contents]).toEqual([path, whole])
      }
    }
  })

  it('forgets what no parcel has any more, once that is most of it', async () => {
    const big = (day: number) =>
      parcelOf(
        new Date(start.getTime() + day * dayMs),
        Array.from({ length: 20 }, (_, id) => ({ id, day: id % 10 === day ? 0 : day, text: 'x'.repeat(10_000) })),
      )
    const folder = temporaryFolder()
    const parcels = Array.from({ length: 10 }, (_, day) => big(day))
    const bytes = (): number => filesIn(folder).reduce((sum, path) => sum + statSync(path).size, 0)
    await update(folder, parcels)
    const before = bytes()
    const { contents, read } = await update(folder, parcels.slice(7))
    expect(bytes()).toBeLessThan(before / 2)
    expect(read).toEqual([])
    expect(contents).toEqual(await fromScratch(parcels.slice(7)))
    const { read: later, contents: more } = await update(folder, [...parcels.slice(7), big(11)])
    expect(later).toEqual([big(11).id])
    expect(more).toEqual(await fromScratch([...parcels.slice(7), big(11)]))
  })
})

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
