import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import {
  type ContractSubject,
  body,
  closing,
  hookOf,
  isSame,
  knownOf,
  listed,
  never,
  read,
  someBytes,
} from './contract-subject.fixture.ts'

const mayComeBack = { name: 'UnsiloError', retryable: true }
const staysWrong = { name: 'UnsiloError', retryable: false }

/** Larger than what a kernel holds in its buffers for one connection. */
const large = someBytes(24_000_000)
const partBytes = 12_000_000

/** What every kind of target has to do when its place fails. Call it inside a `describe`, as `targetContract`. */
export function targetFaults(startOpen: () => Promise<ContractSubject>): void {
  const start = closing(startOpen)

  it('keeps the old file when the connection is cut in the middle of the new one', async (context) => {
    const subject = await start()
    const proxy = hookOf(subject, 'proxy', context)
    const target = await subject.open()
    await target.put('in/file', body('old'), never)
    proxy.cutAfter(partBytes)
    await expect(target.put('in/file', body(large), never)).rejects.toMatchObject(mayComeBack)
    expect(proxy.cuts).toBe(1)
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    expect(await read(target, 'in/file')).toBe('old')
    await target.put('in/file', body(large), never)
    expect(await isSame(target, 'in/file', large)).toBe(true)
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: large.length }])
  })

  it('has no file when the connection is cut in the middle of the first one', async (context) => {
    const subject = await start()
    const proxy = hookOf(subject, 'proxy', context)
    const target = await subject.open()
    proxy.cutAfter(partBytes)
    await expect(target.put('new/in/file', body(large), never)).rejects.toMatchObject(mayComeBack)
    expect(await listed(target)).toEqual([])
    await expect(target.get('new/in/file', never)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('takes a file whole that another client has begun, cut off in the middle', async (context) => {
    const subject = await start()
    const proxy = hookOf(subject, 'proxy', context)
    const before = await subject.open()
    await before.put('in/file', body('old'), never)
    proxy.cutAfter(partBytes)
    await expect(before.put('in/file', body(large), never, knownOf(large))).rejects.toMatchObject(mayComeBack)
    expect(proxy.cuts).toBe(1)
    await before.close()
    const after = await subject.open()
    expect(await listed(after)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    // What lies beside it does not take what has been begun for its own.
    const other = someBytes(large.length, 2)
    await after.put('in/other', body(other), never, knownOf(other))
    await after.put('in/file', body(large), never, knownOf(large))
    expect(await isSame(after, 'in/file', large)).toBe(true)
    expect(await isSame(after, 'in/other', other)).toBe(true)
    expect(await listed(after)).toHaveLength(2)
  })

  it('never ends a file early as if it were whole when the connection is cut while it is read', async (context) => {
    const subject = await start()
    const proxy = hookOf(subject, 'proxy', context)
    const target = await subject.open()
    await target.put('in/file', body(large), never)
    proxy.cutAnswersAfter(partBytes)
    let got = 0
    const reading = async (): Promise<void> => {
      for await (const chunk of await target.get('in/file', never)) {
        const part = chunk as Uint8Array
        expect(large.subarray(got, got + part.length).equals(part)).toBe(true)
        got += part.length
      }
    }
    await expect(reading()).rejects.toMatchObject(mayComeBack)
    expect(got).toBeLessThan(large.length)
    expect(await isSame(target, 'in/file', large)).toBe(true)
  })

  it('fails while no connection can be made, and goes on when it can', async (context) => {
    const subject = await start()
    const proxy = hookOf(subject, 'proxy', context)
    const target = await subject.open()
    await target.put('in/file', body('x'), never)
    proxy.refuse()
    const away = { ...mayComeBack, code: 'network' }
    await expect(target.put('in/file', body('y'), never)).rejects.toMatchObject(away)
    await expect(target.get('in/file', never)).rejects.toMatchObject(away)
    await expect(listed(target)).rejects.toMatchObject(away)
    await expect(target.remove('in/file', never)).rejects.toMatchObject(away)
    proxy.restore()
    expect(await read(target, 'in/file')).toBe('x')
    await target.put('in/file', body('y'), never)
    expect(await read(target, 'in/file')).toBe('y')
  })

  it('keeps the old file when the server is killed in the middle of the new one', async (context) => {
    const subject = await start()
    const server = hookOf(subject, 'server', context)
    const target = await subject.open()
    await target.put('in/file', body('old'), never)
    async function* deadly(): AsyncGenerator<Buffer> {
      yield large.subarray(0, partBytes)
      await server.kill()
      yield large.subarray(partBytes)
    }
    const put = target.put('in/file', () => Readable.from(deadly(), { objectMode: false }), never)
    await expect(put).rejects.toMatchObject(mayComeBack)
    await expect(target.get('in/file', never)).rejects.toMatchObject(mayComeBack)
    await server.start()
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    expect(await read(target, 'in/file')).toBe('old')
    await target.put('in/file', body(large), never)
    expect(await isSame(target, 'in/file', large)).toBe(true)
    expect(await listed(target)).toHaveLength(1)
  })

  it('says that the disk there is full, keeps the old file, and takes what still has room', async (context) => {
    const subject = await start()
    const target = await hookOf(subject, 'full', context)()
    await target.put('in/file', body('old'), never)
    const full = { ...staysWrong, code: 'no-space' }
    await expect(target.put('in/file', body(large), never)).rejects.toMatchObject(full)
    await expect(target.put('in/file', body(large), never, knownOf(large))).rejects.toMatchObject(full)
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    expect(await read(target, 'in/file')).toBe('old')
    await target.put('in/small', body('x'), never)
    expect(await read(target, 'in/small')).toBe('x')
  })

  it('says that it may not write there', async (context) => {
    const subject = await start()
    const target = await hookOf(subject, 'readOnly', context)()
    const refused = { ...staysWrong, code: 'not-permitted' }
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject(refused)
    await expect(target.put('in/file', body('x'), never, knownOf('x'))).rejects.toMatchObject(refused)
    expect(await listed(target)).toEqual([])
  })

  it('ends a large file in the middle at an interrupt, and takes it the next time', async () => {
    const subject = await start()
    const target = await subject.open()
    await target.put('in/file', body('old'), never)
    const controller = new AbortController()
    async function* interrupted(): AsyncGenerator<Buffer> {
      yield large.subarray(0, partBytes)
      controller.abort()
      for (let at = partBytes; ; at++) {
        await new Promise((resolve) => setImmediate(resolve))
        yield large.subarray(at, at + 1)
      }
    }
    const open = (): Readable => Readable.from(interrupted(), { objectMode: false })
    const put = target.put('in/file', open, controller.signal, knownOf(large))
    await expect(put).rejects.toMatchObject({ name: 'UnsiloError', code: 'cancelled' })
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    await target.put('in/file', body(large), never, knownOf(large))
    expect(await isSame(target, 'in/file', large)).toBe(true)
    expect(await listed(target)).toHaveLength(1)
  })

  it('ends a read at an interrupt', async () => {
    const target = await (await start()).open()
    await target.put('in/file', body(large), never)
    const controller = new AbortController()
    const reading = async (): Promise<void> => {
      for await (const _ of await target.get('in/file', controller.signal)) controller.abort()
    }
    await expect(reading()).rejects.toMatchObject({ name: 'UnsiloError', code: 'cancelled' })
    expect(await isSame(target, 'in/file', large)).toBe(true)
  })

  it('is of further use when a reader has had enough in the middle of a file', async () => {
    const target = await (await start()).open()
    await target.put('in/file', body(large), never)
    for (let times = 0; times < target.parallel + 2; times++) {
      const stream = await target.get('in/file', never)
      for await (const _ of stream) break
      expect(stream.destroyed).toBe(true)
    }
    expect(await isSame(target, 'in/file', large)).toBe(true)
    await target.put('in/file', body('x'), never)
    expect(await read(target, 'in/file')).toBe('x')
  })
}
