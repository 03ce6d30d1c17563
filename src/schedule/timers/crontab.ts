import { UnsiloError } from '../../errors.ts'
import { cronTimes, frequencyOf } from './frequency.ts'
import type { Job, Place } from './job.ts'
import { timerName } from './place.ts'

/**
 * A crontab with the lines of these jobs, and none other for the same place. All other lines stay as they are.
 *
 * @throws UnsiloError `usage` when cron cannot do it
 */
export function withJobs(crontab: string, jobs: readonly Job[], place: Place): string {
  const lines = jobs.map((job) => `${cronTimes(frequencyOf(job.everyMs))} ${commandLine(job)} ${mark(place, job)}`)
  const kept = withoutJobs(crontab, place)
  return `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${lines.map((line) => `${line}\n`).join('')}`
}

/** A crontab without the lines of a place. */
export function withoutJobs(crontab: string, place: Place): string {
  return crontab
    .split('\n')
    .filter((line) => !isOf(line, place))
    .join('\n')
}

/** The lines of a place. */
export function jobLines(crontab: string, place: Place): string[] {
  return crontab.split('\n').filter((line) => isOf(line, place))
}

function isOf(line: string, place: Place): boolean {
  return (['run', 'watch'] as const).some((name) => line.endsWith(mark(place, { name })))
}

/** Behind the command: to the shell that cron starts it is a comment. */
function mark(place: Place, { name }: Pick<Job, 'name'>): string {
  return `# ${timerName(place, name)}`
}

function commandLine({ command, searchPath }: Job): string {
  const words = [`PATH=${quoted(searchPath)}`, ...command.map(quoted)].join(' ')
  if (/[\n\r]/.test(words)) {
    throw new UnsiloError('usage', 'a crontab cannot hold a path with a line break in it', {
      hint: 'Rename the folder, or use `--with systemd`.',
    })
  }
  // A percent sign ends the command (crontab(5)).
  return words.replaceAll('%', '\\%')
}

function quoted(text: string): string {
  return /^[\w@+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
