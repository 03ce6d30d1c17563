import type { JobName } from '../schedule/timers/job.ts'

/** The command line by which a timer starts a job of a root with this very unsilo. */
export function scheduledCommand(job: JobName, root: string, isQuiet: boolean): [string, ...string[]] {
  const program = [process.execPath, process.argv[1]!] as const
  return [...program, '--root', root, ...(isQuiet ? ['--quiet'] : []), job, '--scheduled']
}
