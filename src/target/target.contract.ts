import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type ContractSubject, body, bytesOf, closing, listed, never, read } from './contract-subject.fixture.ts'
import type { Target } from './target.ts'
import {
  knownContract,
  manyFilesContract,
  moveContract,
  rangesContract,
  removeFolderContract,
} from './target-parts.contract.ts'

/**
 * What every kind of target has to do; `targetFaults` is what it has to do when its place fails. Call it inside a `describe`;
 * `start` makes an empty place for one test.
 */
export function targetContract(startOpen: () => Promise<ContractSubject>): void {
  const start = closing(startOpen)
  const opened = async (): Promise<Target> => (await start()).open()

  it('gives back what was put, byte by byte', async () => {
    const target = await opened()
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)
    await target.put('a/b/data.bin', () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]), never)
    const read = await bytesOf(await target.get('a/b/data.bin', never))
    expect(Buffer.compare(read, bytes)).toBe(0)
  })

  it.each(hardNames)('keeps a file that is called %j', async (name) => {
    const target = await opened()
    await target.put(`folder/${name}`, body('x'), never)
    expect(await listed(target, 'folder')).toEqual([{ path: `folder/${name}`, sizeBytes: 1 }])
    expect(await read(target, `folder/${name}`)).toBe('x')
    await target.remove(`folder/${name}`, never)
    expect(await listed(target, 'folder')).toEqual([])
  })

  it.each(hardNames)('keeps a folder that is called %j', async (name) => {
    const target = await opened()
    await target.put(`${name}/in`, body('x'), never)
    expect(await listed(target, name)).toEqual([{ path: `${name}/in`, sizeBytes: 1 }])
  })

  it('keeps a file of 0 bytes', async () => {
    const target = await opened()
    await target.put('empty', body(''), never)
    expect(await listed(target)).toEqual([{ path: 'empty', sizeBytes: 0 }])
    expect(await read(target, 'empty')).toBe('')
  })

  it('lists what is below a folder, at any depth, and not what only begins like it', async () => {
    const target = await opened()
    for (const path of ['todo/1', 'todo/in/2', 'todoist/3', 'todo.json']) await target.put(path, body(path), never)
    expect((await listed(target, 'todo')).map(({ path }) => path)).toEqual(['todo/1', 'todo/in/2'])
    expect(await listed(target)).toHaveLength(4)
  })

  it('lists nothing below what does not exist, and below a file', async () => {
    const target = await opened()
    expect(await listed(target)).toEqual([])
    expect(await listed(target, 'nothing/here')).toEqual([])
    await target.put('file', body('x'), never)
    expect(await listed(target, 'file')).toEqual([])
  })

  it('replaces a file', async () => {
    const target = await opened()
    await target.put('tasks.json', body('a longer text'), never)
    await target.put('tasks.json', body('short'), never)
    expect(await read(target, 'tasks.json')).toBe('short')
    expect(await listed(target)).toHaveLength(1)
  })

  it('shows a reader the old file or the new one, never part of it', async () => {
    const subject = await start()
    const [target, reader] = [await subject.open(), await subject.open()]
    const [old, fresh] = ['o'.repeat(500_000), 'n'.repeat(600_000)]
    await target.put('tasks.json', body(old), never)
    let seen = 0
    const look = async (): Promise<void> => {
      expect([old, fresh]).toContain(await read(reader, 'tasks.json'))
      expect((await listed(reader)).map(({ sizeBytes }) => sizeBytes)).toEqual([old.length])
      seen += 1
    }
    async function* slowly(): AsyncGenerator<Buffer> {
      for (let at = 0; at < fresh.length; at += 100_000) {
        yield Buffer.from(fresh.slice(at, at + 100_000))
        await look()
      }
    }
    await target.put('tasks.json', () => Readable.from(slowly(), { objectMode: false }), never)
    expect(seen).toBe(6)
    expect(await read(reader, 'tasks.json')).toBe(fresh)
  })

  it('keeps the old file when the new one breaks off', async () => {
    const target = await opened()
    await target.put('tasks.json', body('old'), never)
    await expect(target.put('tasks.json', brokenBody, never)).rejects.toThrow('connection reset')
    expect(await read(target, 'tasks.json')).toBe('old')
  })

  it('has no file when the first one breaks off, and takes it the next time', async () => {
    const target = await opened()
    await expect(target.put('in/tasks.json', brokenBody, never)).rejects.toThrow('connection reset')
    expect(await listed(target)).toEqual([])
    await expect(target.get('in/tasks.json', never)).rejects.toMatchObject({ code: 'not-found' })
    await target.put('in/tasks.json', body('whole'), never)
    expect(await read(target, 'in/tasks.json')).toBe('whole')
  })

  it('says not-found for a file that is not there, and for a folder', async () => {
    const target = await opened()
    await target.put('folder/file', body('x'), never)
    for (const path of ['missing', 'folder', 'folder/missing', 'folder/file/below']) {
      await expect(target.get(path, never), path).rejects.toMatchObject({ name: 'UnsiloError', code: 'not-found' })
    }
  })

  it('removes a file, and takes one that is not there for removed', async () => {
    const target = await opened()
    await target.put('folder/file', body('x'), never)
    await target.remove('folder/file', never)
    await target.remove('folder/file', never)
    await target.remove('never/was', never)
    expect(await listed(target)).toEqual([])
  })

  it.each(['../file', '/etc/file', 'a/../../file', 'a//b', './a', '..', 'a/..', 'a/\0b'])(
    'refuses a path that is not inside: %j',
    async (path) => {
      const target = await opened()
      const refused = { name: 'UnsiloError', code: 'usage' }
      await expect(target.put(path, body('x'), never)).rejects.toMatchObject(refused)
      await expect(target.get(path, never)).rejects.toMatchObject(refused)
      await expect(target.remove(path, never)).rejects.toMatchObject(refused)
      await expect(listed(target, path)).rejects.toMatchObject(refused)
    },
  )

  it('refuses a file without a name', async () => {
    const target = await opened()
    await expect(target.put('', body('x'), never)).rejects.toMatchObject({ code: 'usage' })
    await expect(target.remove('', never)).rejects.toMatchObject({ code: 'usage' })
  })

  it('takes many files into one folder at the same time', async () => {
    const target = await opened()
    const paths = Array.from({ length: 50 }, (_, index) => `many/in/${index}`)
    await Promise.all(paths.map((path) => target.put(path, body(path), never)))
    expect((await listed(target, 'many')).map(({ path }) => path)).toEqual(paths.toSorted())
    for (const path of paths) expect(await read(target, path)).toBe(path)
  })

  it('has one whole file when two clients write the same one', async () => {
    const subject = await start()
    const clients = await Promise.all([subject.open(), subject.open()])
    const texts = ['a'.repeat(300_000), 'b'.repeat(300_000)]
    // The one that comes too late may fail, but not do harm.
    await Promise.allSettled(clients.map((client, index) => client.put('file', body(texts[index]!), never)))
    expect(texts).toContain(await read(clients[0], 'file'))
    expect(await listed(clients[0])).toHaveLength(1)
  })

  it('gives all of a file to a reader that takes its time', async () => {
    const target = await opened()
    const content = Buffer.alloc(3_000_000, 'some text ')
    await target.put('file', () => Readable.from([content], { objectMode: false }), never)
    const chunks: Uint8Array[] = []
    for await (const chunk of await target.get('file', never)) {
      chunks.push(chunk as Uint8Array)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
  })

  it('streams files that are larger than the memory it may use', async () => {
    const target = await opened()
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const pieces = 250
    let peak = 0
    function* large(): Generator<Buffer> {
      for (let count = 0; count < pieces; count++) {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers)
        yield piece
      }
    }
    await target.put('large', () => Readable.from(large(), { objectMode: false }), never)
    let bytes = 0
    for await (const chunk of await target.get('large', never)) {
      bytes += (chunk as Uint8Array).length
      peak = Math.max(peak, process.memoryUsage().arrayBuffers)
    }
    expect(bytes).toBe(pieces * piece.length)
    expect(peak).toBeLessThan(150 * 1024 * 1024)
  })

  it('stops at an interrupt, and leaves the old file', async () => {
    const target = await opened()
    await target.put('file', body('old'), never)
    const controller = new AbortController()
    async function* endless(): AsyncGenerator<Buffer> {
      for (let count = 0; ; count++) {
        if (count === 10) controller.abort()
        yield Buffer.from('x')
      }
    }
    const put = target.put('file', () => Readable.from(endless(), { objectMode: false }), controller.signal)
    await expect(put).rejects.toMatchObject({ name: 'UnsiloError', code: 'cancelled' })
    await expect(target.get('file', controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect(await read(target, 'file')).toBe('old')
  })

  it('starts the body anew for each try', async () => {
    const target = await opened()
    let opens = 0
    const open = (): Readable => {
      opens += 1
      return opens === 1 ? brokenBody() : body('whole')()
    }
    await expect(target.put('file', open, never)).rejects.toThrow('connection reset')
    await target.put('file', open, never)
    expect([opens, await read(target, 'file')]).toEqual([2, 'whole'])
  })

  rangesContract(opened)
  moveContract(opened)
  removeFolderContract(opened)
  knownContract(start, opened)
  manyFilesContract(start)
}

const hardNames = [
  'with spaces  in it',
  ' at the ends ',
  `it's "quoted"`,
  'café',
  '😀',
  '.hidden',
  '...',
  '-rf',
  '#?&%20+*[x]{y}$HOME~',
  'back\\slash',
  'x'.repeat(200),
]

function brokenBody(): Readable {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(200_000, 'n')
    throw new Error('connection reset')
  }
  return Readable.from(broken(), { objectMode: false })
}
