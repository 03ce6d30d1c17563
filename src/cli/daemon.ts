import { UnsiloError } from '../errors.ts'
import type { JobName } from '../schedule/timers/job.ts'
import { keepTicking } from '../schedule/ticking.ts'
import { steadyClock } from '../system/clock.ts'
import { sayEnd, startCommand } from '../system/processes.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { scheduledCommand } from './scheduled-command.ts'

export interface DaemonArguments {
  every: number
  watchEvery: number
}

/**
 * Starts `run` and `watch` again and again, each as a process of its own: what one of them does to itself, the other does not
 * share. Ends well when it is asked to stop, after what runs was asked to.
 */
export async function daemon({ every, watchEvery }: DaemonArguments, app: App): Promise<ExitStatus> {
  if (app.json) {
    throw new UnsiloError('usage', 'daemon has no --json: JSON is one value, and this goes on', {
      hint: '`.unsilo/status.json` in the root says how things are; `unsilo run --json` and `unsilo watch --json` do its work once.',
    })
  }
  const { signal } = app.context
  const job = (name: JobName, everyMs: number): Promise<void> =>
    keepTicking({ everyMs, clock: steadyClock, signal, work: () => start(name, app) })
  if (!app.quiet) app.note(`working in ${app.root} until it is stopped`)
  await Promise.all([job('run', every), job('watch', watchEvery)])
  if (!app.quiet) app.note('stopped')
  return ExitCode.ok
}

async function start(name: JobName, app: App): Promise<void> {
  const { ended } = startCommand({
    command: scheduledCommand(name, app.root, app.quiet),
    stdout: 'inherit',
    stderr: 'inherit',
    signal: app.context.signal,
  })
  try {
    const end = await ended
    // What went wrong inside it has told itself; this is what it could not tell.
    if (end.status === null && end.endedFor === undefined) app.note(`${name}: ${sayEnd(end)}`)
  } catch (error) {
    app.note(`${name} could not be started: ${error instanceof Error ? error.message : String(error)}`)
  }
}
