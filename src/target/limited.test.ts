import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { body, isSame, never, someBytes } from './contract-subject.fixture.ts'
import { openFolderTarget } from './folder.ts'
import { limited } from './limited.ts'
import { watched } from './watched.ts'

/** A clock on which everybody who sleeps wakes in order, when all others sleep or have ended, too. */
class OrderedClock extends FakeClock {
  #sleepers: { at: number; wake: () => void }[] = []

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((wake) => this.#sleepers.push({ at: this.now().getTime() + ms, wake }))
  }

  /** Runs until `work` has ended. */
  async until(work: Promise<unknown>): Promise<void> {
    const ended = { isDone: false }
    void work.finally(() => (ended.isDone = true)).catch(() => undefined)
    while (!ended.isDone) {
      // What has been woken goes on to its next sleep; reading from the disk takes a few turns.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      const next = this.#sleepers.sort((a, b) => a.at - b.at).shift()
      if (next === undefined) continue
      this.advance(Math.max(0, next.at - this.now().getTime()))
      next.wake()
    }
    await work
  }
}

function scene(bytesPerSecond: number) {
  const clock = new OrderedClock('2026-03-01T00:00:00Z')
  const start = clock.now().getTime()
  /** When how many bytes went, in ms from the start. */
  const passed: { at: number; bytes: number }[] = []
  const tell = (bytes: number): void => void passed.push({ at: clock.now().getTime() - start, bytes })
  const folder = openFolderTarget(
    { kind: 'folder', path: join(temporaryFolder(), 'vault') },
    { files: systemFiles, root: '/nowhere' },
  )
  const target = limited(watched(folder, { sent: tell, received: tell }), bytesPerSecond, clock)
  const seconds = (): number => (clock.now().getTime() - start) / 1000
  return { clock, folder, target, passed, seconds }
}

function mostInASecond(passed: { at: number; bytes: number }[]): number {
  const from = (start: number): number =>
    passed.filter(({ at }) => at >= start && at < start + 1000).reduce((sum, { bytes }) => sum + bytes, 0)
  return Math.max(...passed.map(({ at }) => from(at)))
}

it('keeps to the limit over all transfers together, without bursts', async () => {
  const { clock, target, passed, seconds } = scene(100_000)
  const content = someBytes(500_000)
  await clock.until(Promise.all([1, 2, 3].map((name) => target.put(`in/${name}`, body(content), never))))
  expect(passed.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(1_500_000)
  // Half a second's worth is saved up at the start.
  expect(seconds()).toBeCloseTo(14.5, 1)
  expect(mostInASecond(passed)).toBeLessThanOrEqual(160_000)
})

it('slows what comes back, too, and gives every byte', async () => {
  const { clock, folder, target, seconds } = scene(1_000_000)
  const content = someBytes(5_000_000)
  await folder.put('in/file', body(content), never)
  const reading = isSame(target, 'in/file', content)
  await clock.until(reading)
  expect(await reading).toBe(true)
  expect(seconds()).toBeCloseTo(4.5, 1)
})

it('saves up no more than half a second in which nothing went', async () => {
  const { clock, target, passed } = scene(100_000)
  clock.advance(3_600_000)
  await clock.until(target.put('file', body(someBytes(400_000)), never))
  expect(mostInASecond(passed)).toBeLessThanOrEqual(160_000)
})

it('is not held up by a clock that is set back', async () => {
  const { clock, target, seconds } = scene(100_000)
  await clock.until(target.put('file', body(someBytes(100_000)), never))
  clock.advance(-86_400_000)
  const before = seconds()
  await clock.until(target.put('file', body(someBytes(100_000)), never))
  expect(seconds() - before).toBeLessThan(1.1)
})

it('stops at an interrupt while it waits', async () => {
  const { target } = scene(1000)
  const controller = new AbortController()
  const real = limited(target, 10, {
    now: () => new Date(0),
    async sleep(_, signal) {
      controller.abort()
      signal?.throwIfAborted()
    },
  })
  const put = real.put('file', body(someBytes(1000)), controller.signal)
  await expect(put).rejects.toMatchObject({ name: 'UnsiloError', code: 'cancelled' })
})
