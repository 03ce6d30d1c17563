import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAccount } from '../../../test/simulator/account.ts'
import { sightingsIn, timesEvery } from '../../../test/simulator/snapshot.ts'
import { truthOf } from '../../../test/simulator/truth.ts'
import { full } from '../../../test/simulator/view.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { parsePath } from '../../system/item-path.ts'
import { realSystem } from '../../system/system.ts'
import type { ViewDefinition } from '../definition.ts'
import { cellJson } from '../query/cell.ts'
import { openQuery } from '../query/query.ts'
import { found, viewOf } from '../view.fixture.ts'
import { type UpdatedView, updateView } from './update.ts'
import type { ViewParcel } from './view-parcel.ts'

const dayMs = 86_400_000
const start = new Date('2024-01-01T00:00:00Z')
const end = new Date('2024-02-10T00:00:00Z')
const context = { system: realSystem, signal: new AbortController().signal }

const account = createAccount({ seed: 7, start, createdPerDay: 5, editRate: 0.02, unsaveRate: 0.02, resaveRate: 0.1 })
account.advanceTo(end)
const snapshots = truthOf(account).snapshots(full(), timesEvery(2 * dayMs, new Date('2024-01-03T00:00:00Z'), end))

function parcelOf(at: Date, items: readonly unknown[], content = at.toISOString()): ViewParcel {
  const read = async function* () {
    for (const item of items) yield await Promise.resolve(found(typeof item === 'string' ? item : JSON.stringify(item)))
  }
  return { id: parcelIdAt(at), at, isEvidence: true, content, read }
}

const parcels = snapshots.map(({ at, items }) => parcelOf(at, items))

function storeIn(folder: string, view: ViewDefinition = viewOf()) {
  return {
    folder,
    update: (chosen: readonly ViewParcel[] = parcels, withHistory = true) =>
      updateView({ folder, definition: view, parcels: chosen }, context, { withHistory }),
  }
}

/** All rows of all tables of a view, as JSON. */
async function contentsOf({ paths }: UpdatedView): Promise<Record<string, unknown[]>> {
  const contents: Record<string, unknown[]> = {}
  for (const table of ['v', 'v_history', 'v_errors']) {
    const mirror = { datasets: [{ name: 'd', views: [{ name: 'v', paths }] }], own: {} }
    const query = await openQuery(`FROM d.${table}`, () => Promise.resolve(mirror), {
      files: realSystem.files,
      signal: context.signal,
    })
    try {
      const { columns, batches } = await query.ask()
      const rows: unknown[] = []
      for await (const batch of batches()) {
        for (const row of batch)
          rows.push(row.map((cell, index) => `${columns[index]!.name}: ${cellJson(cell, columns[index]!.type)}`))
      }
      contents[table] = rows
    } finally {
      query.close()
    }
  }
  return contents
}

/** What a view says when nothing was stored before. */
async function fromScratch(chosen: readonly ViewParcel[] = parcels, view = viewOf()) {
  return contentsOf(await storeIn(temporaryFolder(), view).update(chosen))
}

const logIn = (folder: string): string => readdirSync(folder).find((name) => name.startsWith('log-'))!
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
const idsOf = (chosen: readonly ViewParcel[]): string[] => chosen.map(({ id }) => id)

describe('a stored view', () => {
  it('has what the snapshots can show of the account', async () => {
    const updated = await storeIn(temporaryFolder(), viewOf({ key: [parsePath('id')] })).update()
    const sightings = sightingsIn(snapshots)
    const { v, v_history: history } = await contentsOf(updated)
    const seen = [...sightings.values()].map(({ id, versions, absences, firstSeen, lastSeen }) => {
      const open = absences.at(-1)
      const absent =
        open === undefined || open.until !== undefined
          ? 'null'
          : JSON.stringify(`${open.from.toISOString().slice(0, 19)}Z`)
      const seconds = (time: Date): string => JSON.stringify(`${time.toISOString().slice(0, 19)}Z`)
      return [
        `_key: "${id}"`,
        `_first_seen: ${seconds(firstSeen)}`,
        `_last_seen: ${seconds(lastSeen)}`,
        `_absent_since: ${absent}`,
        `_versions: ${versions.length}`,
      ]
    })
    const own = v!.map((row) => (row as string[]).filter((cell) => /^_(?!parcel)/.test(cell)))
    expect(new Set(own.map(String))).toEqual(new Set(seen.map(String)))
    expect(updated.state).toMatchObject({ items: sightings.size, parcels: parcels.length, errors: 0 })
    const versions = [...sightings.values()].reduce((sum, one) => sum + one.versions.length, 0)
    const rows = history!.map((row) => (row as string[]).slice(0, 2).join())
    expect(new Set(rows).size).toBe(versions)
    expect(history!.flat()).toEqual(expect.arrayContaining(['kind: "back"', 'kind: "absent"']))
  })

  it('leaves the history for whoever asks for it, and says the same then', async () => {
    const folder = temporaryFolder()
    const without = await storeIn(folder).update(parcels, false)
    expect(without.hasHistory).toBe(false)
    expect(filesIn(folder).filter((path) => path.includes('history.'))).toEqual([])
    const items = statSync(without.paths.items)
    const whole = await storeIn(folder).update()
    expect(statSync(whole.paths.items)).toMatchObject({ ino: items.ino, mtimeMs: items.mtimeMs })
    expect(whole).toMatchObject({ hasHistory: true, state: without.state, read: [] })
    expect(await contentsOf(whole)).toEqual(await fromScratch())
    expect(filesIn(folder).filter((path) => path.includes('.new-'))).toEqual([])
    // Damage is noticed there, too.
    writeFileSync(whole.paths.history, 'x')
    const mended = await storeIn(folder).update(parcels, false)
    expect(mended.hasHistory).toBe(false)
    expect(await contentsOf(await storeIn(folder).update())).toEqual(await fromScratch())
  })

  it('reads only the parcel that was added, and says the same as from scratch', async () => {
    const store = storeIn(temporaryFolder())
    expect((await store.update(parcels.slice(0, -2))).read).toEqual(idsOf(parcels.slice(0, -2)))
    const updated = await store.update(parcels)
    expect(updated.read).toEqual(idsOf(parcels.slice(-2)))
    expect(await contentsOf(updated)).toEqual(await fromScratch())
    expect((await store.update(parcels)).read).toEqual([])
  })

  it('says the same as from scratch when parcels are removed, whichever they are, and when they return', async () => {
    const store = storeIn(temporaryFolder())
    await store.update()
    for (const fewer of [parcels.slice(0, -1), parcels.slice(3), parcels.filter((_, index) => index % 3 !== 1)]) {
      const updated = await store.update(fewer)
      expect(await contentsOf(updated)).toEqual(await fromScratch(fewer))
    }
    expect(await contentsOf(await store.update())).toEqual(await fromScratch())
  })

  it('does not read the parcels that stay when another one is removed', async () => {
    const store = storeIn(temporaryFolder())
    await store.update()
    expect((await store.update(parcels.filter((_, index) => index !== 4))).read).toEqual([])
    expect((await store.update(parcels.slice(6))).read).toEqual([])
    expect((await store.update()).read).toEqual([])
  })

  it('reads a parcel again whose content is another one', async () => {
    const store = storeIn(temporaryFolder())
    await store.update()
    const changed = [...parcels]
    changed[3] = parcelOf(snapshots[3]!.at, snapshots[2]!.items, 'other')
    const updated = await store.update(changed)
    expect(updated.read).toEqual([changed[3].id])
    expect(await contentsOf(updated)).toEqual(await fromScratch(changed))
  })

  it('is made anew after its folder was deleted, in whole or in part', async () => {
    const store = storeIn(temporaryFolder())
    await store.update()
    const whole = await fromScratch()
    for (const part of ['', logIn(store.folder), 'tables', 'current']) {
      rmSync(join(store.folder, part), { recursive: true, force: true })
      expect(await contentsOf(await store.update())).toEqual(whole)
    }
  })

  it('is made anew where a table is damaged, cut off, emptied or of another version', async () => {
    const store = storeIn(temporaryFolder())
    await store.update()
    const whole = await fromScratch()
    const damages: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.subarray(0, bytes.length >> 1),
      () => Buffer.alloc(0),
      (bytes) => bytes.fill(0x55, bytes.length >> 1),
      () => Buffer.from('{"format":0}'),
    ]
    for (const damage of damages) {
      const tables = filesIn(join(store.folder, 'tables'))
      for (const path of tables) writeFileSync(path, damage(readFileSync(path)))
      expect(await contentsOf(await store.update())).toEqual(whole)
    }
  })

  it('is whole when two make it at once', async () => {
    const store = storeIn(temporaryFolder())
    const both = await Promise.all([store.update(), store.update()])
    for (const one of both) expect(await contentsOf(one)).toEqual(await fromScratch())
    expect(readdirSync(join(store.folder, 'tables'))).toHaveLength(1)
  })

  it('leaves the tables that a reader has open where they are', async () => {
    const store = storeIn(temporaryFolder())
    const before = await store.update(parcels.slice(0, 5))
    const then = await contentsOf(before)
    await store.update()
    expect(await contentsOf(before)).toEqual(then)
    expect(readFileSync(join(store.folder, 'current'), 'utf8')).toMatch(/^tables\/[0-9a-f]{32}\n$/)
  })

  it('leaves nothing half-made behind when it is interrupted', async () => {
    const store = storeIn(temporaryFolder())
    const controller = new AbortController()
    const stopping: ViewParcel = {
      ...parcels[5]!,
      read: (known) => {
        controller.abort()
        return parcels[5]!.read(known)
      },
    }
    const chosen = parcels.with(5, stopping)
    const view = { folder: store.folder, definition: viewOf(), parcels: chosen }
    await expect(updateView(view, { ...context, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(existsSync(join(store.folder, 'current'))).toBe(false)
    expect((await store.update()).read).toEqual(idsOf(parcels.slice(6)))
  })

  it('stores each value without loss', async () => {
    const item = String.raw`{"id":"ключ\u0000\"","big":9007199254740993,"bigger":18446744073709551616,"huge":${'9'.repeat(50)},"half":0.5,"yes":true,"none":null,"nested":{"z": 1.10, "a":[{}]},"Text":"\ud83d\ude00\u0000","text":"\ud83d","_key":"mine","":1}`
    const { v } = await fromScratch([parcelOf(start, [item])])
    expect(v).toEqual([
      [
        String.raw`id: "ключ\u0000\""`,
        'big: 9007199254740993',
        'bigger: 18446744073709551616',
        `huge: "${'9'.repeat(50)}"`,
        'half: 0.5',
        'yes: true',
        'none: null',
        'nested: {"z": 1.10, "a":[{}]}',
        String.raw`Text: "😀\u0000"`,
        'text_2: "�"',
        '_key_2: "mine"',
        'unnamed: 1',
        expect.stringContaining('_key: "ключ'),
        '_first_seen: "2024-01-01T00:00:00Z"',
        '_last_seen: "2024-01-01T00:00:00Z"',
        '_absent_since: null',
        '_versions: 1',
        '_parcel: "2024-01-01T000000Z"',
      ],
    ])
  })

  it('has the columns that are defined, and says which values are none of them', async () => {
    const column = (path: string, type?: 'epoch' | 'integer') => ({ path: parsePath(path), type })
    const view = viewOf({
      columns: { at: column('time.created', 'epoch'), n: column('n', 'integer'), rest: column('rest') },
    })
    const items = [
      { id: 1, time: { created: 1577836800 }, n: '7', rest: 'x', more: 1 },
      { id: 2, time: { created: 'soon' }, n: '' },
    ]
    const { v, v_errors: errors } = await fromScratch([parcelOf(start, items)], view)
    const shown = v!.map((row) => (row as string[]).slice(0, 3))
    expect(shown).toEqual([
      ['at: "2020-01-01T00:00:00Z"', 'n: 7', 'rest: "x"'],
      ['at: null', 'n: null', 'rest: null'],
    ])
    expect(errors).toEqual([
      [
        'parcel: "2024-01-01T000000Z"',
        'file: ""',
        'path: "time.created"',
        'problem: "column at: \\"soon\\" is no epoch (item 2)"',
      ],
    ])
  })

  it('has tables without rows where there are no parcels, or no items', async () => {
    expect(await fromScratch([])).toEqual({ v: [], v_history: [], v_errors: [] })
    expect(await fromScratch([parcelOf(start, [])])).toEqual({ v: [], v_history: [], v_errors: [] })
  })

  it('stores an item of 10 MB', async () => {
    const { v } = await fromScratch([parcelOf(start, [{ id: 1, text: 'x'.repeat(10_000_000) }])])
    expect((v![0] as string[])[1]).toHaveLength(10_000_000 + 'text: ""'.length)
  })
})
