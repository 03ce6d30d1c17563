import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createRandom } from '../simulator/random.ts'
import { type CliRoot, cliRoot, startCli } from '../support/cli.ts'
import { otherDisk, temporaryFolder } from '../support/temporary-folder.ts'
import { type KillLane, openKillLane } from './kill-lane.fixture.ts'

const lanes = 8
const roundsEach = 12

/** The root of a lane: half of them are on one file system, half on another, where there is one. */
function rootOf(number: number): CliRoot {
  return cliRoot({}, temporaryFolder(number < lanes / 2 ? undefined : otherDisk))
}

/** A folder to ingest from; of every second lane on another file system than the root, so that it has to be copied. */
function inboxOf(root: CliRoot, number: number): string {
  if (number % 2 === 1) return temporaryFolder(number < lanes / 2 ? otherDisk : undefined)
  const path = mkdtempSync(join(root.path, '.inbox-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts a run and kills it, with its commands or without: at any time, or soon after it has begun its work. */
async function killedRun(root: CliRoot, lane: KillLane, random: () => number, longestMs: number): Promise<boolean> {
  const before = lane.progress()
  const { child, ended } = startCli(['run'], { cwd: root.path })
  if (random() < 0.3) await pause(random() * longestMs)
  else {
    while (lane.progress() === before && child.exitCode === null) await pause(1)
    await pause(random() * longestMs * 0.5)
  }
  child.kill('SIGKILL')
  if (random() < 0.7) lane.killCommands()
  return (await ended).status === 'SIGKILL'
}

it('a run killed by kill -9 at any moment tears nothing, and the next run needs no help', async () => {
  let killed = 0
  const work = async (number: number): Promise<void> => {
    const random = createRandom(number)
    const root = roots[number]!
    const lane = openKillLane(root, number, inboxes[number]!)
    const startedAt = performance.now()
    expect((await root.cli('run')).status).toBe(0)
    const usualMs = performance.now() - startedAt
    for (let round = 0; round < roundsEach; round++) {
      lane.deliver()
      if (await killedRun(root, lane, () => random.fraction(), usualMs)) killed += 1
      lane.expectNothingTorn()
      const next = await root.cli('run')
      expect(next, `the run after kill ${round} of lane ${number}`).toMatchObject({ status: 0, stderr: '' })
      lane.killCommands()
      lane.expectNothingTorn()
    }
    // A command that outlived its run may have written once more after the next run had tidied up.
    await pause(1100)
    expect((await root.cli('run')).status).toBe(0)
    lane.expectNothingTorn()
    lane.expectTidy()
  }
  const roots = Array.from({ length: lanes }, (_, number) => rootOf(number))
  const inboxes = roots.map(inboxOf)
  // All of them end before the folders are removed.
  const results = await Promise.allSettled(roots.map((_, number) => work(number)))
  expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : ''))).toEqual(
    roots.map(() => ''),
  )
  expect(killed).toBeGreaterThan(lanes * roundsEach * 0.25)
}, 600_000)
