import { execFileSync } from 'node:child_process'
import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { isPackName, packOf, readPacks } from '../../parcel/pack-file.ts'
import { listParcels, listSealed } from '../../parcel/store.ts'
import { systemFiles } from '../../system/files.ts'
import { readDigests } from './check-pack.ts'
import { entriesOnDisk } from './entries.ts'
import { extractParcel } from './extract.ts'
import { treeOf } from './packs.fixture.ts'
import { openPackReader } from './read-pack.ts'
import { type PackSource, framesOf, writePack } from './write-pack.ts'

const never = new AbortController().signal
const MiB = 2 ** 20

function sourcesIn(folder: string, sizeBytes = 1): PackSource[] {
  return listParcels(systemFiles, folder).map((stored) => {
    const { id, name, isFolder } = stored
    return {
      parcel: { id, name, isFolder, sha256: '0'.repeat(64) },
      sizeBytes,
      entries: () => entriesOnDisk(systemFiles, stored),
    }
  })
}

const name = fc.oneof(
  fc.stringMatching(/^[a-zé😀 \\'-]{1,12}$/u).filter((text) => text !== '.' && text !== '..'),
  fc.constant('long '.repeat(40)),
)
const time = fc.integer({ min: -1_000_000_000, max: 4_000_000_000 })
const fileNode = fc.record({
  kind: fc.constant('file' as const),
  content: fc.uint8Array({ maxLength: 2000 }),
  mode: fc.constantFrom(0o600, 0o644, 0o755, 0o400),
  time,
})
const linkNode = fc.record({ kind: fc.constant('link' as const), target: name, time })
type Node =
  | { kind: 'file'; content: Uint8Array; mode: number; time: number }
  | { kind: 'link'; target: string; time: number }
  | { kind: 'folder'; inside: Record<string, Node>; mode: number; time: number }
const { tree } = fc.letrec<{ tree: Node; folder: Node }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, fileNode, linkNode, tie('folder')),
  folder: fc.record({
    kind: fc.constant('folder' as const),
    inside: fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
    mode: fc.constantFrom(0o755, 0o700),
    time,
  }),
}))
const parcel = fc.oneof(
  fileNode,
  fc.record({
    kind: fc.constant('folder' as const),
    inside: fc.dictionary(name, tree, { maxKeys: 4 }),
    mode: fc.constant(0o755),
    time,
  }),
)

function make(path: string, node: Node): void {
  if (node.kind === 'link') {
    symlinkSync(node.target, path)
    lutimesSync(path, node.time, node.time)
    return
  }
  if (node.kind === 'file') writeFileSync(path, node.content)
  else {
    mkdirSync(path)
    for (const [inner, child] of Object.entries(node.inside)) make(join(path, inner), child)
  }
  chmodSync(path, node.mode)
  utimesSync(path, new Date(node.time * 1000), new Date(node.time * 1000))
}

describe('a pack', () => {
  it('holds any parcels exactly, whoever unpacks it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(parcel, { minLength: 1, maxLength: 4 }), async (parcels) => {
        const from = temporaryFolder()
        for (const [index, node] of parcels.entries())
          make(join(from, `2026-01-0${index + 1}T000000Z${node.kind === 'file' ? '.bin' : ''}`), node)
        const place = temporaryFolder()
        const path = join(place, '2026-01.pack.tar.zst')
        const written = await writePack(systemFiles, path, sourcesIn(from), never)
        const pack = { name: '', path, bytes: written.bytes, index: written.index }
        expect(await readDigests(systemFiles, pack, never)).toEqual(written.digests)
        const to = join(place, 'to')
        const reader = openPackReader(systemFiles, pack, never)
        for (const one of pack.index.parcels) await extractParcel(reader.entries(one), to, never)
        await reader.close()
        expect(treeOf(to)).toEqual(treeOf(from))
        const again = join(place, 'again')
        mkdirSync(again)
        execFileSync('tar', ['-x', '-p', '--warning=no-timestamp', '--zstd', '-f', path, '-C', again])
        expect(treeOf(again)).toEqual(treeOf(from))
      }),
      { numRuns: 15 },
    )
  })

  it('gives each of its parcels by itself, in any order, also where it has several frames', async () => {
    const from = temporaryFolder()
    for (const day of [1, 2, 3, 4, 5]) writeFileSync(join(from, `2026-01-0${day}T000000Z.txt`), `day ${day}`)
    const data = temporaryFolder()
    const path = join(data, '2026-01.pack.tar.zst')
    const { index } = await writePack(systemFiles, path, sourcesIn(from, 1500 * MiB), never)
    expect(index.frames).toHaveLength(5)
    const { packs, parcels } = listSealed(systemFiles, { data, cache: join(data, '.cache') })
    expect(parcels.map(({ name: own }) => own)).toEqual(index.parcels.map(({ name: own }) => own))
    const reader = openPackReader(systemFiles, { ...packs[0]!, index }, never)
    for (const at of [3, 1, 1, 2, 4, 0]) {
      const texts: string[] = []
      for await (const entry of reader.entries(index.parcels[at]!))
        for await (const chunk of entry.body()) texts.push(Buffer.from(chunk).toString())
      expect(texts).toEqual([`day ${at + 1}`])
    }
    await reader.close()
    expect(
      execFileSync('sh', ['-c', `zstd -q -d -c --long=27 "${path}" | tar -t | wc -l`], { encoding: 'utf8' }).trim(),
    ).toBe('5')
  })

  it('begins a new frame where nothing is lost by it', () => {
    expect(framesOf([MiB, MiB, MiB])).toEqual([0, 0, 0])
    expect(framesOf([200 * MiB, 200 * MiB, MiB, MiB, 200 * MiB])).toEqual([0, 1, 1, 1, 2])
    expect(framesOf(Array.from({ length: 50 }, () => 100 * MiB)).at(-1)).toBe(1)
  })
})

it('is named by its month or year, and nothing else in data/ is one', () => {
  expect(packOf('2026-01-31T235959Z', 'month')).toBe('2026-01.pack.tar.zst')
  expect(packOf('2026-01-31T235959Z', 'year')).toBe('2026.pack.tar.zst')
  for (const other of [
    '2026-13.pack.tar.zst',
    '2026-01.tar.zst',
    '.2026-01.pack.tar.zst',
    '2026-01-31T235959Z.tar.zst',
  ])
    expect(isPackName(other), other).toBe(false)
})

it('believes no index that leads out of data/, or that is no index', () => {
  const data = temporaryFolder()
  const path = join(data, '2026-01.pack.tar.zst')
  const good = {
    id: '2026-01-01T000000Z',
    name: '2026-01-01T000000Z.txt',
    isFolder: false,
    files: 1,
    bytes: 1,
    sha256: '0'.repeat(64),
    frame: 0,
  }
  const indexOf = (parcel: object): unknown => {
    const text = Buffer.from(
      JSON.stringify({ unsilo: 1, frames: [{ at: 0, bytes: 1 }], parcels: [{ ...good, ...parcel }] }),
    )
    const foot = Buffer.alloc(4)
    foot.writeUInt32LE(text.length)
    writeFileSync(path, Buffer.concat([text, foot, Buffer.from('unsilopk')]))
    return readPacks(systemFiles, data, join(data, '.cache'), ['2026-01.pack.tar.zst'])[0]!.index
  }
  expect(indexOf({})).toBeDefined()
  for (const bad of [
    { name: '../x' },
    { name: '2026-01-01T000000Z.txt/../../x' },
    { id: 'x' },
    { frame: 1 },
    { bytes: -1 },
    { sha256: 'x' },
    { name: '2026-01-02T000000Z.txt' },
  ])
    expect(indexOf(bad), JSON.stringify(bad)).toBeUndefined()
  writeFileSync(path, '')
  expect(readPacks(systemFiles, data, join(data, '.cache'), ['2026-01.pack.tar.zst'])[0]!.index).toBeUndefined()
})
