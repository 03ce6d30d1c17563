import { UnsiloError } from '../errors.ts'
import { recordTick } from '../schedule/ticks.ts'
import type { JobName } from '../schedule/timers/job.ts'
import type { App } from './app.ts'

/** Remembers that a timer has started a job. That it cannot be remembered is told, and does not keep the job from its work. */
export async function noteTick(job: JobName, app: App): Promise<void> {
  const { files, clock } = app.context.system
  try {
    await recordTick(files, app.root, job, clock.now())
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    app.note(`! that ${job} was started cannot be remembered: ${error.message}`)
  }
}
