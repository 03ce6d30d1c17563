import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { type ErrorCode, UnsiloError } from '../errors.ts'
import { withRetries } from './retry.ts'

interface Tried {
  result: unknown
  tries: number
  waits: number[]
  told: string[]
}

async function tryWith(tries: number, random: number, action: (attempt: number) => Promise<unknown>): Promise<Tried> {
  const clock = new FakeClock('2026-03-01T06:00:00Z')
  const told: string[] = []
  let attempts = 0
  const onFailure = async (error: UnsiloError, failures: number, waitMs: number): Promise<void> => {
    told.push(`${failures} ${error.message} ${waitMs}`)
  }
  const options = { tries, signal: new AbortController().signal, onFailure }
  const result = await withRetries({ clock, random: () => random }, options, (attempt) => {
    attempts++
    expect(attempt).toBe(attempts)
    return action(attempt)
  }).catch((error: unknown) => error)
  return { result, tries: attempts, waits: clock.sleeps, told }
}

const failing = (code: ErrorCode) => (): Promise<never> => Promise.reject(new UnsiloError(code, 'no'))

it('waits 0.5 to 1 s, then 1 to 2 s, then 2 to 4 s, and ends with the last error', async () => {
  expect(await tryWith(4, 0, failing('command-failed'))).toMatchObject({ tries: 4, waits: [500, 1000, 2000] })
  expect(await tryWith(4, 1, failing('command-failed'))).toMatchObject({ tries: 4, waits: [1000, 2000, 4000] })
  const { result, told } = await tryWith(2, 1, (attempt) =>
    Promise.reject(new UnsiloError('timeout', `try ${attempt}`)),
  )
  expect(result).toMatchObject({ code: 'timeout', message: 'try 2' })
  expect(told).toEqual(['1 try 1 1000'])
})

it('stops at the first success', async () => {
  const action = (attempt: number): Promise<string> =>
    attempt < 3 ? Promise.reject(new UnsiloError('empty', 'nothing')) : Promise.resolve('done')
  expect(await tryWith(5, 1, action)).toMatchObject({ result: 'done', tries: 3, waits: [1000, 2000] })
  expect(await tryWith(1, 1, () => Promise.resolve('done'))).toMatchObject({ result: 'done', tries: 1, waits: [] })
})

it.each(['cancelled', 'missing-program', 'no-space', 'not-permitted', 'usage', 'config'] as const)(
  'does not try again after %s, which a second try cannot mend',
  async (code) => {
    expect(await tryWith(5, 1, failing(code))).toMatchObject({ tries: 1, waits: [], result: { code } })
  },
)

it.each(['command-failed', 'timeout', 'empty', 'wrong-content', 'clash', 'io'] as const)(
  'tries again after %s',
  async (code) => expect(await tryWith(2, 1, failing(code))).toMatchObject({ tries: 2, result: { code } }),
)

it('passes a bug on at once', async () => {
  const bug = new TypeError('x is not a function')
  expect(await tryWith(5, 1, () => Promise.reject(bug))).toMatchObject({ tries: 1, result: bug })
})

it('ends a wait when it is interrupted', async () => {
  const controller = new AbortController()
  const onFailure = async (): Promise<void> => controller.abort(new Error('stop'))
  const options = { tries: 3, signal: controller.signal, onFailure }
  const clock = new FakeClock('2026-03-01T06:00:00Z')
  await expect(withRetries({ clock, random: Math.random }, options, failing('empty'))).rejects.toThrow('stop')
})
