import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { mapPool } from '../system/pool.ts'
import {
  type ContractSubject,
  body,
  bytesOf,
  isSame,
  knownOf,
  listed,
  never,
  read,
  someBytes,
} from './contract-subject.fixture.ts'
import type { ByteRange, LocalFile, Target } from './target.ts'

/** Parts of `targetContract` that stand for themselves. */
export function rangesContract(opened: () => Promise<Target>): void {
  const content = someBytes(300_000)
  const ranges: [string, ByteRange][] = [
    ['the first byte', { from: 0, bytes: 1 }],
    ['bytes in the middle', { from: 65_535, bytes: 140_001 }],
    ['the last byte', { from: 299_999, bytes: 1 }],
    ['all of it', { from: 0, bytes: 300_000 }],
    ['the last bytes, where more are asked for', { from: 299_000, bytes: 5000 }],
    ['all after a byte, where more are asked for than any file has', { from: 1000, bytes: 2 ** 50 }],
    ['nothing at the end', { from: 300_000, bytes: 10 }],
    ['nothing beyond the end', { from: 400_000, bytes: 10 }],
    ['nothing where no byte is asked for', { from: 10, bytes: 0 }],
  ]

  it('gives parts of a file', async () => {
    const target = await opened()
    await target.put('in/file', body(content), never)
    for (const [what, range] of ranges) {
      const part = await bytesOf(await target.get('in/file', never, range))
      expect(part.equals(content.subarray(range.from, range.from + range.bytes)), what).toBe(true)
    }
    await expect(target.get('in/missing', never, { from: 0, bytes: 1 })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('gives parts of a file of 0 bytes', async () => {
    const target = await opened()
    await target.put('empty', body(''), never)
    for (const range of [
      { from: 0, bytes: 1 },
      { from: 0, bytes: 0 },
      { from: 5, bytes: 5 },
    ]) {
      expect(await bytesOf(await target.get('empty', never, range))).toHaveLength(0)
    }
  })
}

export function moveContract(opened: () => Promise<Target>): void {
  const withMove = async (
    skip: (reason: string) => never,
  ): Promise<{ target: Target; move: NonNullable<Target['move']> }> => {
    const target = await opened()
    if (target.move === undefined) return skip(`${target.kind} has no step that renames`)
    return { target, move: target.move.bind(target) }
  }

  it('renames a file, also into new folders', async ({ skip }) => {
    const { target, move } = await withMove(skip)
    await target.put('a/file', body('x'), never)
    await move('a/file', 'a/other', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['a/other'])
    await move('a/other', 'b/c/d/file', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['b/c/d/file'])
    expect(await read(target, 'b/c/d/file')).toBe('x')
  })

  it('renames a folder with all that is in it, and makes one of its old name again', async ({ skip }) => {
    const { target, move } = await withMove(skip)
    for (const path of ['old/1', 'old/in/2']) await target.put(path, body(path), never)
    await move('old', 'among/new', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['among/new/1', 'among/new/in/2'])
    expect(await listed(target, 'old')).toEqual([])
    for (const path of ['old/in/3', 'among/new/in/4']) await target.put(path, body(path), never)
    expect((await listed(target)).map(({ path }) => path)).toEqual([
      'among/new/1',
      'among/new/in/2',
      'among/new/in/4',
      'old/in/3',
    ])
  })

  it('renames neither what is missing nor over what is there', async ({ skip }) => {
    const { target, move } = await withMove(skip)
    for (const path of ['file', 'other', 'folder/in']) await target.put(path, body(path), never)
    const before = await listed(target)
    await expect(move('missing', 'new', never)).rejects.toMatchObject({ name: 'UnsiloError', code: 'not-found' })
    for (const [from, to] of [
      ['file', 'other'],
      ['file', 'folder'],
      ['folder', 'file'],
    ] as const) {
      await expect(move(from, to, never)).rejects.toMatchObject({ name: 'UnsiloError', code: 'clash' })
    }
    await expect(move('file', '../file', never)).rejects.toMatchObject({ code: 'usage' })
    expect(await listed(target)).toEqual(before)
  })
}

export function removeFolderContract(opened: () => Promise<Target>): void {
  it('removes a folder with all that is in it', async ({ skip }) => {
    const target = await opened()
    const { kind, removeFolder } = target
    if (removeFolder === undefined) return skip(`${kind} has no folders`)
    for (const path of ['a/in/1', 'a/in/deep/2', 'a/inside']) await target.put(path, body(path), never)
    await removeFolder.call(target, 'a/in', never)
    await removeFolder.call(target, 'a/in', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['a/inside'])
    await target.put('a/in/deep/3', body('x'), never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['a/in/deep/3', 'a/inside'])
    await expect(removeFolder.call(target, '', never)).rejects.toMatchObject({ code: 'usage' })
    await expect(removeFolder.call(target, '../a', never)).rejects.toMatchObject({ code: 'usage' })
  })
}

export function knownContract(start: () => Promise<ContractSubject>, opened: () => Promise<Target>): void {
  it('takes files whose size and hash are told before', async () => {
    const target = await opened()
    for (const [path, bytes] of [
      ['empty', 0],
      ['one', 1],
      ['large', 10_000_000],
    ] as const) {
      const content = someBytes(bytes)
      const arrival = await target.put(`in/${path}`, body(content), never, knownOf(content))
      expect(['hashed', 'sent']).toContain(arrival)
      expect(await isSame(target, `in/${path}`, content)).toBe(true)
    }
    expect(await listed(target)).toHaveLength(3)
  })

  it('replaces a file by another of the same size', async () => {
    const target = await opened()
    for (const seed of [1, 2]) {
      const content = someBytes(100_000, seed)
      await target.put('in/file', body(content), never, knownOf(content))
      expect(await isSame(target, 'in/file', content)).toBe(true)
    }
  })

  it('takes files of the same content into one folder at the same time', async () => {
    const target = await opened()
    const content = someBytes(3_000_000)
    const paths = ['1', '2', '3', '4'].map((name) => `in/${name}`)
    await Promise.all(paths.map((path) => target.put(path, body(content), never, knownOf(content))))
    for (const path of paths) expect(await isSame(target, path, content), path).toBe(true)
    expect((await listed(target)).map(({ path }) => path)).toEqual(paths)
  })

  it('has the whole file when two clients write the same content at the same time', async () => {
    const subject = await start()
    const clients = await Promise.all([subject.open(), subject.open()])
    const content = someBytes(5_000_000)
    const put = (client: Target) => client.put('in/file', body(content), never, knownOf(content))
    const ends = await Promise.allSettled(clients.map(put))
    expect(ends.map(({ status }) => status)).toContain('fulfilled')
    expect(await isSame(clients[0], 'in/file', content)).toBe(true)
    // What the one that came too late has left does no harm.
    await put(clients[1])
    expect(await isSame(clients[0], 'in/file', content)).toBe(true)
    expect(await listed(clients[0])).toEqual([{ path: 'in/file', sizeBytes: content.length }])
  })
}

export function manyFilesContract(start: () => Promise<ContractSubject>): void {
  const opened = async (): Promise<Target> => (await start()).open()

  it('lists each of many files once', async () => {
    const { open, pageSize = 350 } = await start()
    const target = await open()
    // Two folders, one of which fills more than a page by itself.
    const inFirst = Math.ceil(pageSize * 1.1)
    const paths = Array.from(
      { length: inFirst + pageSize },
      (_, index) => `data/${index < inFirst ? 'a' : 'b'}/${index}.json`,
    )
    const { putAll } = target
    if (putAll === undefined) {
      await mapPool(paths, target.parallel, (path) => target.put(path, body('x'), never, knownOf('x')))
    } else {
      const folder = temporaryFolder()
      await putAll.call(
        target,
        paths.map((path) => localFile(folder, path, 'x')),
        never,
      )
    }
    const found = await listed(target)
    expect(found.map(({ path }) => path)).toEqual(paths.toSorted())
    expect(found.every(({ sizeBytes }) => sizeBytes === 1)).toBe(true)
    expect(await listed(target, 'data/a')).toHaveLength(inFirst)
  })

  it('writes many files at once, and replaces those that differ, also of the same size and time', async ({ skip }) => {
    const target = await opened()
    const { putAll } = target
    if (putAll === undefined) return skip(`${target.kind} writes one by one`)
    const names = [
      'with space',
      `it's "quoted"`,
      'café',
      '😀',
      '-rf',
      'back\\slash',
      '*[x]{y}$HOME~',
      '#?&%20',
      '.hidden',
    ]
    for (const content of ['one', 'two']) {
      const folder = temporaryFolder()
      const files = names.map((name) => localFile(folder, `in/${name}/${name}`, content))
      await putAll.call(target, files, never)
      for (const { path } of files) expect(await read(target, path)).toBe(content)
    }
    await putAll.call(target, [], never)
    expect(await listed(target)).toHaveLength(names.length)
  })

  it('fails when one of many files cannot be read, and takes all the next time', async ({ skip }) => {
    const target = await opened()
    const { putAll } = target
    if (putAll === undefined) return skip(`${target.kind} writes one by one`)
    const folder = temporaryFolder()
    const good = localFile(folder, 'in/good', 'x')
    const missing = { ...good, path: 'in/missing', from: join(folder, 'not-there') }
    await expect(putAll.call(target, [good, missing], never)).rejects.toMatchObject({ name: 'UnsiloError' })
    await putAll.call(target, [good], never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['in/good'])
  })
}

function localFile(folder: string, path: string, content: string): LocalFile {
  const from = join(folder, path)
  mkdirSync(dirname(from), { recursive: true })
  writeFileSync(from, content)
  utimesSync(from, 1_700_000_000, 1_700_000_000)
  return { path, from, ...knownOf(content) }
}
