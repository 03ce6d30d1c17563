import { expect, it } from 'vitest'
import { withOneConnection } from './one-connection.ts'
import type { RsyncProgram } from './program.ts'

/** Runs that last until they are told to end. */
function runsByHand() {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const work = async (name: string): Promise<undefined> => {
    started.push(name)
    await new Promise<void>((resolve) => ends.set(name, resolve))
    return undefined
  }
  const program: RsyncProgram = {
    run: async ([name]) => work(name!),
    async *lines([name]) {
      yield 'a line'
      return work(name!)
    },
  }
  return { program, started, end: (name: string) => ends.get(name)!() }
}

const { signal } = new AbortController()
/** Longer than it takes to look again. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 60))

it('lets the first run make the connection, and then all others start', async () => {
  const { program, started, end } = runsByHand()
  let isMade = false
  const shared = withOneConnection(program, () => isMade)
  const all = ['1', '2', '3'].map((name) => shared.run([name], signal))
  await soon()
  expect(started).toEqual(['1'])
  isMade = true
  await soon()
  expect(started).toEqual(['1', '2', '3'])
  for (const name of started) end(name)
  expect(await Promise.all(all)).toEqual([undefined, undefined, undefined])
})

it('lets the next one try when the first has ended without a connection, also in the middle of its lines', async () => {
  const { program, started, end } = runsByHand()
  const shared = withOneConnection(program, () => false)
  const lines = shared.lines(['lines'], signal)
  await lines.next()
  const all = ['1', '2'].map((name) => shared.run([name], signal))
  await soon()
  expect(started).toEqual([])
  await lines.return(undefined)
  await soon()
  expect(started).toEqual(['1'])
  end('1')
  await soon()
  expect(started).toEqual(['1', '2'])
  end('2')
  await Promise.all(all)
})
