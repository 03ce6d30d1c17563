import { expect, it } from 'vitest'
import { createPartMemory } from './part-memory.ts'

const never = new AbortController().signal
const mib = 2 ** 20

/** Whether a promise is there by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))])) !== pending
}

it('gives as much as there is, and then lets wait, in order', async () => {
  const memory = createPartMemory(10 * mib)
  const first = await memory.take(6 * mib, never)
  const second = memory.take(6 * mib, never)
  // It would fit, and would let the one before it wait for ever.
  const third = memory.take(mib, never)
  expect(await isSettled(second)).toBe(false)
  expect(await isSettled(third)).toBe(false)
  first.release()
  expect((await second).buffer.length).toBe(6 * mib)
  expect((await third).buffer.length).toBe(mib)
})

it('gives large buffers again, and a release counts once', async () => {
  const memory = createPartMemory(10 * mib + 1)
  // Once nobody has any, there are no buffers left to give again.
  await memory.take(1, never)
  const first = await memory.take(5 * mib, never)
  const { buffer } = first
  first.release()
  first.release()
  const [second, third] = await Promise.all([memory.take(5 * mib, never), memory.take(5 * mib, never)])
  expect([second, third].map((room) => room.buffer === buffer)).toEqual([true, false])
  expect(await isSettled(memory.take(1, never))).toBe(false)
})

it('has room for others once it is known that little is needed', async () => {
  const memory = createPartMemory(5 * mib)
  const small = await memory.take(5 * mib, never)
  small.buffer.write('abc')
  const other = memory.take(4 * mib, never)
  expect(await isSettled(other)).toBe(false)
  small.shrink(3)
  ;(await other).buffer.fill('x')
  expect(small.buffer.toString()).toBe('abc')
})

it('gives more than there is to one who is alone', async () => {
  const memory = createPartMemory(mib)
  const large = await memory.take(3 * mib, never)
  expect(large.buffer.length).toBe(3 * mib)
  const next = memory.take(1, never)
  expect(await isSettled(next)).toBe(false)
  large.release()
  await next
})

it('stops to wait at an interrupt, and those behind go on', async () => {
  const memory = createPartMemory(2 * mib)
  const first = await memory.take(mib, never)
  const controller = new AbortController()
  const second = memory.take(2 * mib, controller.signal)
  const third = memory.take(mib, never)
  controller.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  await third
  await expect(memory.take(1, controller.signal)).rejects.toThrow('enough')
  first.release()
})

it('gives buffers of 0 bytes at once', async () => {
  const memory = createPartMemory(1)
  await memory.take(1, never)
  expect((await memory.take(0, never)).buffer.length).toBe(0)
})
