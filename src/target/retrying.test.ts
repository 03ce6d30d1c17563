import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { UnsiloError } from '../errors.ts'
import { systemFiles } from '../system/files.ts'
import { body, bytesOf, listed, never, read, someBytes } from './contract-subject.fixture.ts'
import { openFolderTarget } from './folder.ts'
import { retrying } from './retrying.ts'
import type { Target, TargetFile } from './target.ts'
import { targetContract } from './target.contract.ts'
import { passedOn, wrapped } from './wrapped.ts'

const lost = (): UnsiloError => new UnsiloError('network', 'the line is cut', { retryable: true })

function openFolder(path = join(temporaryFolder(), 'vault')): Target {
  return openFolderTarget({ kind: 'folder', path }, { files: systemFiles, root: '/nowhere' })
}

function scene(calls: (target: Target) => Partial<Target>, tries = 4) {
  const clock = new FakeClock('2026-03-01T00:00:00Z')
  const place = openFolder()
  const target = retrying(wrapped(place, calls(place)), tries, { clock, random: () => 1 })
  return { clock, place, target }
}

/** Breaks off after so many chunks. */
async function* cutOff<T>(items: AsyncIterable<T>, after: number): AsyncGenerator<T> {
  let count = 0
  for await (const item of items) {
    if (count++ === after) throw lost()
    yield item
  }
}

/** A place whose every call fails the first time, and whose streams and lists break off after a few steps. */
function flaky(place: Target): Target {
  const failed = new Set<string>()
  const failOnce = (call: string): void => {
    if (failed.has(call)) return
    failed.add(call)
    throw lost()
  }
  let lists = 0
  return wrapped(place, {
    async *list(prefix, signal) {
      yield* cutOff(place.list(prefix, signal), lists++ % 2 === 0 ? 3 : Number.POSITIVE_INFINITY)
    },
    async put(path, open, signal, known) {
      failOnce(`put ${path}`)
      return place.put(path, open, signal, known)
    },
    async get(path, signal, range) {
      failOnce(`get ${path}`)
      return passedOn(await place.get(path, signal, range), (source) => cutOff(source, 2))
    },
    async move(from, to, signal) {
      failOnce(`move ${from}`)
      await place.move!(from, to, signal)
      failOnce(`answer ${from}`)
    },
    async remove(path, signal) {
      failOnce(`remove ${path}`)
      await place.remove(path, signal)
    },
  })
}

describe('a place that fails all the time, tried again', () => {
  targetContract(async () => {
    const path = join(temporaryFolder(), 'vault')
    const clock = new FakeClock('2026-03-01T00:00:00Z')
    return { open: async () => retrying(flaky(openFolder(path)), 3, { clock, random: Math.random }) }
  })
})

it('waits twice as long before each further try, and gives up with the last error', async () => {
  let calls = 0
  const { clock, target } = scene(() => ({
    async remove() {
      calls += 1
      throw lost()
    },
  }))
  await expect(target.remove('file', never)).rejects.toThrow('the line is cut')
  expect(clock.sleeps).toEqual([1000, 2000, 4000])
  expect(calls).toBe(4)
})

it.each([
  ['that stays wrong', new UnsiloError('auth', 'wrong password')],
  ['of an interrupt', new UnsiloError('cancelled', 'interrupted', { retryable: true })],
  ['that is a bug', new TypeError('x is not a function')],
])('lets an error pass at once %s', async (_, error) => {
  const { clock, target } = scene(() => ({
    async put() {
      throw error
    },
  }))
  await expect(target.put('file', body('x'), never)).rejects.toBe(error)
  expect(clock.sleeps).toEqual([])
})

it('opens the body anew for each try, and passes its own error on as it is', async () => {
  let opens = 0
  const own = new Error('the local disk')
  const { clock, target } = scene(() => ({}))
  const open = (): Readable => {
    opens += 1
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('begin')
      throw opens === 1 ? lost() : own
    }
    return Readable.from(broken(), { objectMode: false })
  }
  await expect(target.put('file', open, never)).rejects.toBe(own)
  expect([opens, clock.sleeps]).toEqual([2, [1000]])
  expect(await listed(target)).toEqual([])
})

it('gives a reader one unbroken stream, however often it breaks off, also of a part', async () => {
  const content = someBytes(3_000_000)
  const ranges: unknown[] = []
  const { clock, target } = scene(
    (place) => ({
      async get(path, signal, range) {
        ranges.push(range)
        return passedOn(await place.get(path, signal, range), (source) => cutOff(source, 1))
      },
    }),
    2,
  )
  await target.put('file', body(content), never)
  expect((await bytesOf(await target.get('file', never))).equals(content)).toBe(true)
  expect(clock.sleeps.length).toBeGreaterThan(5)
  ranges.length = 0
  const part = await bytesOf(await target.get('file', never, { from: 1000, bytes: 600_000 }))
  expect(part.equals(content.subarray(1000, 601_000))).toBe(true)
  expect(ranges.slice(0, 2)).toEqual([
    { from: 1000, bytes: 600_000 },
    { from: 263_144, bytes: 337_856 },
  ])
})

it('gives a stream up when it breaks off again and again without a byte more', async () => {
  let gets = 0
  const { target } = scene((place) => ({
    async get(path, signal, range) {
      gets += 1
      return passedOn(await place.get(path, signal, range), (source) => cutOff(source, gets === 1 ? 1 : 0))
    },
  }))
  await target.put('file', body(someBytes(1_000_000)), never)
  await expect(bytesOf(await target.get('file', never))).rejects.toThrow('the line is cut')
  expect(gets).toBe(4)
})

it('closes the stream of the place when the reader has had enough', async () => {
  const streams: Readable[] = []
  const { target } = scene((place) => ({
    async get(path, signal, range) {
      const stream = await place.get(path, signal, range)
      streams.push(stream)
      return stream
    },
  }))
  await target.put('file', body(someBytes(1_000_000)), never)
  for await (const _ of await target.get('file', never)) break
  const unread = await target.get('file', never)
  unread.destroy(lost()).on('error', () => undefined)
  await new Promise((resolve) => unread.once('close', resolve))
  expect(streams).toHaveLength(2)
  await vi.waitUntil(() => streams.every(({ destroyed }) => destroyed), { timeout: 30_000 })
})

it('begins a list again that broke off, and gives no file twice', async () => {
  let lists = 0
  const { target, place } = scene((folder) => ({
    list(prefix, signal): AsyncIterable<TargetFile> {
      lists += 1
      return cutOff(folder.list(prefix, signal), lists * 2)
    },
  }))
  for (const path of ['a', 'b', 'c', 'd', 'e']) await place.put(path, body(path), never)
  const found: string[] = []
  for await (const { path } of target.list('', never)) found.push(path)
  expect(found.sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(lists).toBe(3)
})

it('takes a rename for done when only its answer was lost', async () => {
  let moves = 0
  const { target, place } = scene((folder) => ({
    async move(from, to, signal) {
      await folder.move!(from, to, signal)
      if (++moves % 2 === 1) throw lost()
    },
  }))
  await place.put('folder/file', body('x'), never)
  await target.move!('folder', 'there', never)
  await target.move!('there/file', 'file', never)
  expect(await read(target, 'file')).toBe('x')
  await expect(target.move!('missing', 'file', never)).rejects.toMatchObject({ code: 'not-found' })
})

it('stops waiting at an interrupt', async () => {
  const controller = new AbortController()
  const place = openFolder()
  const clock = {
    now: () => new Date(),
    async sleep(_: number, signal?: AbortSignal) {
      controller.abort()
      signal?.throwIfAborted()
    },
  }
  const target = retrying(wrapped(place, { remove: () => Promise.reject(lost()) }), 4, { clock, random: () => 0 })
  await expect(target.remove('file', controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
})
