import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { startCommand } from './processes.ts'

/** Ids of the live processes whose command line is `sleep SECONDS`. */
function sleepers(seconds: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      // The command line of a process that has ended, and waits for its parent to notice, is empty.
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`
    } catch {
      return false
    }
  })
}

let marks = 0
/** A number of seconds that no other sleep on this machine has. */
const uniqueSleep = (): string => `3600.${process.pid}${marks++}`

it('tells how a command ended', async () => {
  expect(await startCommand({ command: 'exit 3' }).ended).toMatchObject({ status: 3, endedFor: undefined })
  expect(await startCommand({ command: 'kill -KILL $$' }).ended).toMatchObject({
    status: null,
    endedBySignal: 'SIGKILL',
  })
  expect(await startCommand({ command: ['true'] }).ended).toMatchObject({ status: 0 })
})

it('says which program is missing', async () => {
  await expect(startCommand({ command: ['no-such-program-here'] }).ended).rejects.toMatchObject({
    code: 'missing-program',
    message: 'cannot start no-such-program-here: not found',
  })
})

it('ends the whole process group on a timeout, grandchildren that ignore TERM too', async () => {
  const sleep = uniqueSleep()
  const command = `(trap '' TERM; sleep ${sleep}; sleep ${sleep}) & sleep ${sleep}`
  const end = await startCommand({ command, timeoutMs: 200 }).ended
  expect(end.endedFor).toBe('timeout')
  expect(sleepers(sleep)).toEqual([])
})

it('ends what a command has left running, so that nothing writes after it', async () => {
  const sleep = uniqueSleep()
  const end = await startCommand({ command: `sleep ${sleep} & exit 0` }).ended
  expect(end.status).toBe(0)
  expect(sleepers(sleep)).toEqual([])
})

it('does not wait for a process that left the group and still holds the pipe', async () => {
  const running = startCommand({ command: 'printf data; setsid sleep 30 & exit 0', stdout: 'pipe' })
  expect(await text(running.stdout!)).toBe('data')
  expect((await running.ended).status).toBe(0)
})

it('ends a command that is silent for too long, and not one that goes on', async () => {
  const silent = startCommand({ command: 'sleep 60', silenceMs: 150, activity: () => 0 })
  expect((await silent.ended).endedFor).toBe('silence')
  let count = 0
  const busy = startCommand({ command: 'sleep 0.6', silenceMs: 150, activity: () => count++ })
  expect(await busy.ended).toMatchObject({ endedFor: undefined, status: 0 })
})

it('ends a command when the signal aborts, or has aborted before', async () => {
  const controller = new AbortController()
  const running = startCommand({ command: 'sleep 60', signal: controller.signal })
  controller.abort()
  expect((await running.ended).endedFor).toBe('cancelled')
  expect((await startCommand({ command: 'sleep 60', signal: controller.signal }).ended).endedFor).toBe('cancelled')
})

it('hands over the environment and what is added to it', async () => {
  const running = startCommand({ command: 'echo "$HOME $ADDED"', environment: { ADDED: 'x' }, stdout: 'pipe' })
  expect(await text(running.stdout!)).toBe(`${process.env['HOME'] ?? ''} x\n`)
})

it('runs in the folder that it is given', async () => {
  const folder = temporaryFolder()
  const running = startCommand({ command: 'pwd', folder, stdout: 'pipe' })
  expect(await text(running.stdout!)).toBe(`${folder}\n`)
  const nowhere = startCommand({ command: 'pwd', folder: join(folder, 'missing') })
  await expect(nowhere.ended).rejects.toMatchObject({ code: 'missing-program' })
})
