import { ListMultipartUploadsCommand, ListPartsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type SwiftServer, hasSwift, startSwift, swiftStartMs } from '../../../test/servers/swift.ts'
import { type CuttingProxy, cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { dayMs } from '../../system/duration.ts'
import { systemFiles } from '../../system/files.ts'
import { body, bytesOf, isSame, knownOf, listed, never, read, someBytes } from '../contract-subject.fixture.ts'
import type { OpenBody, Target } from '../target.ts'
import { newBucket, openForTest, plainClient } from './s3-place.fixture.ts'

const mib = 2 ** 20
/** Five parts, the last of them short. */
const large = someBytes(21 * mib)

describe.skipIf(!hasSwift)('an upload to a bucket', () => {
  let swift: SwiftServer
  beforeAll(async () => {
    swift = await startSwift()
  }, swiftStartMs)
  afterAll(() => swift?.stop())

  interface Place {
    bucket: string
    proxy: CuttingProxy
    open(clock?: FakeClock): Target
    /** The keys of uploads that were begun and not ended. */
    unfinished(): Promise<string[]>
    /** The numbers of the parts that such an upload has. */
    parts(): Promise<number[]>
  }

  const start = async (): Promise<Place> => {
    const bucket = await newBucket(swift)
    const proxy = await cuttingProxy(swift.port)
    const client = plainClient(swift)
    return {
      bucket,
      proxy,
      open: (clock) => openForTest(`http://127.0.0.1:${proxy.port}`, { bucket }, clock === undefined ? {} : { clock }),
      async unfinished() {
        const { Uploads: uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
        return uploads.map(({ Key: key }) => key!)
      },
      async parts() {
        const { Uploads: [upload] = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
        if (upload === undefined) return []
        const input = { Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId }
        const { Parts: parts = [] } = await client.send(new ListPartsCommand(input))
        return parts.map(({ PartNumber: number }) => number!)
      },
    }
  }

  /** Breaks the line when at least the first two parts are there. */
  const breakOff = async (place: Place, target: Target, content: Buffer): Promise<void> => {
    async function* cutInTheMiddle(): AsyncGenerator<Buffer> {
      yield content.subarray(0, 11 * mib)
      await vi.waitUntil(async () => (await place.parts()).length >= 2, { timeout: 30_000 })
      place.proxy.refuse()
      yield content.subarray(11 * mib)
    }
    const open = (): Readable => Readable.from(cutInTheMiddle(), { objectMode: false })
    const broken = target.put('in/file', open, never, knownOf(content))
    await expect(broken).rejects.toMatchObject({ code: 'network', retryable: true })
    place.proxy.restore()
  }

  it('is compared by hash, in one request or in parts', async () => {
    const target = (await start()).open()
    expect(await target.put('small', body('x'), never)).toBe('hashed')
    expect(await target.put('parts', body(large), never)).toBe('hashed')
    expect(await target.put('known', body(large), never, knownOf(large))).toBe('hashed')
    for (const path of ['parts', 'known']) expect(await isSame(target, path, large)).toBe(true)
  })

  it.each([
    ['one byte less than a part', 5 * mib - 1],
    ['just a part', 5 * mib],
    ['one byte more than a part', 5 * mib + 1],
    ['just two parts', 10 * mib],
  ])('arrives whole when it is %s', async (_, bytes) => {
    const target = (await start()).open()
    const content = someBytes(bytes)
    expect(await target.put('a', body(content), never)).toBe('hashed')
    expect(await target.put('b', body(content), never, knownOf(content))).toBe('hashed')
    for (const path of ['a', 'b']) expect(await isSame(target, path, content)).toBe(true)
  })

  it('takes one request for a small file, on connections that are kept', async () => {
    const place = await start()
    const target = place.open()
    const before = swift.requests().length
    const paths = Array.from({ length: 100 }, (_, index) => `in/${index}`)
    await Promise.all(paths.map((path) => target.put(path, body(path), never, knownOf(path))))
    expect(place.proxy.connections).toBeLessThanOrEqual(8)
    const puts = (): string[] =>
      swift
        .requests()
        .slice(before)
        .filter((line) => line.includes(place.bucket))
    await expect.poll(() => puts().length).toBeGreaterThanOrEqual(100)
    const others = puts().filter((line) => !line.includes(' PUT '))
    expect(others).toEqual([])
  })

  it('goes on where it was broken off, without the parts that are there', async () => {
    const place = await start()
    await breakOff(place, place.open(), large)
    expect(await place.unfinished()).toEqual(['in/file'])
    const before = place.proxy.bytesUp
    const target = place.open()
    expect(await target.put('in/file', body(large), never, knownOf(large))).toBe('resumed')
    expect(place.proxy.bytesUp - before).toBeLessThan(12 * mib)
    expect(await isSame(target, 'in/file', large)).toBe(true)
    expect(await place.unfinished()).toEqual([])
  })

  it('never takes parts of other bytes for its own', async () => {
    const place = await start()
    await breakOff(place, place.open(), large)
    const target = place.open()
    const other = someBytes(large.length, 2)
    expect(await target.put('in/file', body(other), never, knownOf(other))).toBe('hashed')
    expect(await isSame(target, 'in/file', other)).toBe(true)
    // One part alone is another: those that are the same are not sent again.
    const changed = Buffer.from(large)
    changed[20 * mib] = 255 - changed[20 * mib]!
    expect(await target.put('in/file', body(changed), never, knownOf(changed))).toBe('resumed')
    expect(await isSame(target, 'in/file', changed)).toBe(true)
  })

  it('clears away after a day what was begun and is of no use', async () => {
    const place = await start()
    await breakOff(place, place.open(), large)
    const other = someBytes(6 * mib, 2)
    const now = new FakeClock(new Date().toISOString())
    await place.open(now).put('in/file', body(other), never)
    expect(await place.unfinished()).toEqual(['in/file'])
    now.advance(dayMs + 60_000)
    await place.open(now).put('in/file', body(other), never)
    expect(await place.unfinished()).toEqual([])
  })

  it('leaves the uploads of files whose names only begin like its own', async () => {
    const place = await start()
    await breakOff(place, place.open(), large)
    const later = new FakeClock(new Date(Date.now() + 2 * dayMs).toISOString())
    await place.open(later).put('in/fil', body(large), never)
    expect(await place.unfinished()).toEqual(['in/file'])
  })

  /** A body that goes on for ever; `end` is called once the first part is there. */
  const endless = (place: Place, end: () => void): OpenBody => {
    async function* pieces(): AsyncGenerator<Buffer> {
      yield large.subarray(0, 6 * mib)
      await vi.waitUntil(async () => (await place.parts()).length === 1, { timeout: 30_000 })
      end()
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        yield Buffer.alloc(1)
      }
    }
    return () => Readable.from(pieces(), { objectMode: false })
  }

  it('leaves no parts when the body fails', async () => {
    const place = await start()
    const error = new Error('the disk is gone')
    const open = endless(place, () => {
      throw error
    })
    const target = place.open()
    await expect(target.put('in/file', open, never)).rejects.toBe(error)
    await expect(target.put('in/file', open, never, knownOf(large))).rejects.toBe(error)
    expect(await place.unfinished()).toEqual([])
  })

  it('leaves no parts at an interrupt, unless they can be of use', async () => {
    const place = await start()
    const target = place.open()
    const cancelled = { name: 'UnsiloError', code: 'cancelled' }
    for (const [known, left] of [
      [undefined, []],
      [knownOf(large), ['in/file']],
    ] as const) {
      const controller = new AbortController()
      const open = endless(place, () => controller.abort())
      await expect(target.put('in/file', open, controller.signal, known)).rejects.toMatchObject(cancelled)
      expect(await place.unfinished()).toEqual(left)
    }
  })

  it('fails when the file is not as long as was said', async () => {
    const place = await start()
    const target = place.open()
    for (const content of ['short', 'much longer']) {
      const put = target.put('in/file', body(content), never, knownOf('as said'))
      await expect(put).rejects.toMatchObject({ code: 'wrong-content', retryable: false })
    }
    const put = target.put('in/file', body(large), never, knownOf(Buffer.concat([large, Buffer.from('x')])))
    await expect(put).rejects.toMatchObject({ code: 'wrong-content' })
    expect(await listed(target)).toEqual([])
    expect(await place.unfinished()).toEqual([])
  })

  it('keeps the old file until the last part is there', async () => {
    const place = await start()
    const target = place.open()
    await target.put('in/file', body('old'), never)
    await breakOff(place, target, large)
    expect(await read(target, 'in/file')).toBe('old')
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
  })

  it('is found beside files of others, of which markers of folders and unfinished files are not listed', async () => {
    const place = await start()
    const client = plainClient(swift)
    for (const Key of ['in/', 'in/.unsilo-0123456789ab-upload.tmp', 'in//x', 'in/theirs']) {
      await client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: 'x' }))
    }
    const target = place.open()
    await target.put('in/ours', body('x'), never)
    expect((await listed(target, 'in')).map(({ path }) => path)).toEqual(['in/ours', 'in/theirs'])
  })

  it('keeps names that XML has no characters for', async () => {
    const target = (await start()).open()
    for (const name of ['line\nbreak', 'a+b', 'a%2Bb', 'tab\t']) {
      await target.put(`in/${name}`, body(name), never)
      expect(await read(target, `in/${name}`)).toBe(name)
      expect((await listed(target, 'in')).map(({ path }) => path)).toEqual([`in/${name}`])
      await target.remove(`in/${name}`, never)
    }
  })

  const hour = 3_600_000
  it.skipIf(process.env['UNSILO_TEST_LARGE'] !== '1')(
    'takes files of more than 5 GiB (only with UNSILO_TEST_LARGE=1)',
    async () => {
      const { truncateSync, writeFileSync } = await import('node:fs')
      const { temporaryFolder } = await import('../../../test/support/temporary-folder.ts')
      const file = `${temporaryFolder()}/large`
      const sizeBytes = 5_200_000_000
      writeFileSync(file, someBytes(1000))
      truncateSync(file, sizeBytes)
      const sha256 = createHash('sha256')
      for await (const chunk of systemFiles.read(file)) sha256.update(chunk)
      const target = openForTest(swift.endpoint, { bucket: await newBucket(swift), part_size: '16 MB' })
      const open: OpenBody = () => Readable.from(systemFiles.read(file), { objectMode: false })
      const known = { sizeBytes, sha256: sha256.digest('hex') }
      expect(await target.put('in/large', open, never, known)).toBe('hashed')
      expect(await listed(target)).toEqual([{ path: 'in/large', sizeBytes }])
      const ends = [0, sizeBytes - 1000].map((from) => target.get('in/large', never, { from, bytes: 1000 }))
      const [head, tail] = await Promise.all(ends.map(async (part) => bytesOf(await part)))
      expect(head!.equals(someBytes(1000))).toBe(true)
      expect(tail!.equals(Buffer.alloc(1000))).toBe(true)
    },
    hour,
  )
})
