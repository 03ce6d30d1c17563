import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { type Firing, firingOf } from '../schedule/firing.ts'
import { type InstalledSchedule, forgetInstalled, readInstalled, writeInstalled } from '../schedule/installed.ts'
import { readTicks } from '../schedule/ticks.ts'
import { timersHere, timersOf } from '../schedule/timers/all.ts'
import type { Job } from '../schedule/timers/job.ts'
import { placeOf } from '../schedule/timers/place.ts'
import type { InstalledTimer, TimerKind, Timers, TimersContext } from '../schedule/timers/timers.ts'
import { formatDuration, sayDuration } from '../system/duration.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { scheduledCommand } from './scheduled-command.ts'

export interface InstallArguments {
  every: number
  watchEvery: number
  with?: TimerKind
}

export async function installSchedule(args: InstallArguments, app: App): Promise<ExitStatus> {
  const { files, clock } = app.context.system
  const context = contextOf(app)
  const timers = args.with === undefined ? await timersHere(context) : timersOf(args.with, context)
  const place = placeOf(app.root)
  const jobs = [jobOf('run', args.every, app), jobOf('watch', args.watchEvery, app)]
  const before = readInstalled(files, app.root)
  if (before !== undefined && before.by !== timers.kind) await timersOf(before.by, context).remove(place)
  const done = await timers.install(jobs, place)
  const installedAt = clock.now().toISOString()
  await writeInstalled(files, app.root, {
    by: timers.kind,
    installedAt,
    jobs: jobs.map(({ name, everyMs }) => ({ job: name, everyMs })),
  })
  const found = await timers.look(place)
  if (app.json) app.printJson({ root: app.root, by: timers.kind, installed: done, timers: found })
  else {
    const often = jobs.map(({ name, everyMs }) => `${name} every ${formatDuration(everyMs)}`).join(', ')
    app.print(`${app.colors.out.green('✓')} ${timers.kind}: ${often}`)
    if (!app.quiet) for (const line of done) app.print(`  ${app.colors.out.dim(line)}`)
    sayNotes(found, app)
    if (/[/\\]_npx[/\\]/.test(process.argv[1]!)) {
      app.note(
        '! This is a copy that npx may remove at any time.\n  → `npm install --global unsilo`, and install again.',
      )
    }
  }
  return ExitCode.ok
}

export async function removeSchedule(_: object, app: App): Promise<ExitStatus> {
  const { files } = app.context.system
  const place = placeOf(app.root)
  const removed: string[] = []
  for (const timers of await all(app)) removed.push(...(await timers.remove(place)))
  await forgetInstalled(files, app.root)
  if (app.json) app.printJson({ root: app.root, removed })
  else if (removed.length === 0) app.note(`Nothing was installed for ${app.root}.`)
  else for (const line of removed) app.print(`${app.colors.out.green('✓')} removed ${line}`)
  return ExitCode.ok
}

/** One job, as `schedule status` shows it. */
interface JobStatus extends Firing {
  job: string
  everyMs: number
  where: string | undefined
  isActive: boolean
  note?: string
}

export async function scheduleStatus(_: object, app: App): Promise<ExitStatus> {
  const { files } = app.context.system
  const installed = readInstalled(files, app.root)
  const jobs = installed === undefined ? [] : await statusesOf(installed, app)
  const isWell = jobs.length > 0 && jobs.every(({ state, isActive }) => state === 'ok' && isActive)
  if (app.json) app.printJson({ root: app.root, installed: installed ?? null, jobs })
  else if (installed === undefined) {
    app.note(`No schedule is installed for ${app.root}.\n→ \`unsilo schedule install\` makes one.`)
  } else {
    for (const job of jobs) app.print(sayStatus(job, installed, app))
    sayNotes(jobs, app)
  }
  return isWell ? ExitCode.ok : ExitCode.failed
}

async function statusesOf({ by, installedAt, jobs }: InstalledSchedule, app: App): Promise<JobStatus[]> {
  const { files, clock } = app.context.system
  const found = await timersOf(by, contextOf(app)).look(placeOf(app.root))
  return jobs.map(({ job, everyMs }) => {
    const ticks = readTicks(files, app.root, job)
    const timer = found.find((one) => one.job === job)
    const firing = firingOf({ everyMs, installedAt: new Date(installedAt), ticks, now: clock.now() })
    const note = timer?.note === undefined ? {} : { note: timer.note }
    return { job, everyMs, where: timer?.where, isActive: timer?.isActive === true, ...note, ...firing }
  })
}

function sayStatus(status: JobStatus, { by }: InstalledSchedule, app: App): string {
  const { job, state, because, expected, fired, longestSilence, isActive, where } = status
  const { green, red, dim } = app.colors.out
  const isWell = state === 'ok' && isActive
  const lines = [`${isWell ? green('✓') : red('✗')} ${job}: ${because}`]
  lines.push(`  ${dim(`started ${fired} times of about ${expected} in the last week, or since it was installed`)}`)
  if (longestSilence !== undefined) {
    const { from, to, ms } = longestSilence
    lines.push(
      `  ${dim(`longest pause: ${sayDuration(ms)}, from ${minuteOf(from)} to ${minuteOf(to)} UTC; was the machine off?`)}`,
    )
  }
  if (where === undefined)
    lines.push(`  → ${by} does not know it any more; \`unsilo schedule install\` brings it back.`)
  else if (!isActive) lines.push(`  → ${where} is there, but not active; \`unsilo schedule install\` starts it again.`)
  else if (!isWell) lines.push(`  → ${howToLook(by, job, app)}`)
  return lines.join('\n')
}

function howToLook(by: TimerKind, job: string, app: App): string {
  const name = `unsilo-${job}-${placeOf(app.root).id}`
  if (by === 'systemd') return `\`journalctl --user -u ${name}\` says what happened.`
  return by === 'cron'
    ? 'Is cron running? Its mail, or the system log, says more.'
    : `\`launchctl print gui/$UID/${name}\` says more.`
}

function minuteOf(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}

function sayNotes(found: readonly Pick<InstalledTimer, 'note'>[], app: App): void {
  for (const note of new Set(found.flatMap(({ note: said }) => said ?? []))) app.note(`! ${note}`)
}

function jobOf(name: Job['name'], everyMs: number, app: App): Job {
  return { name, everyMs, command: scheduledCommand(name, app.root, true), searchPath: readEnvironment().searchPath }
}

function contextOf({ context }: App): TimersContext {
  const home = homedir()
  const configFolder = readEnvironment().configFolder ?? join(home, '.config')
  return { files: context.system.files, signal: context.signal, home, configFolder, user: userInfo().username }
}

/** Every kind that is here, or was installed. */
async function all(app: App): Promise<Timers[]> {
  const context = contextOf(app)
  const found: Timers[] = []
  for (const kind of ['systemd', 'launchd', 'cron'] as const) {
    const timers = timersOf(kind, context)
    if (await timers.isThere()) found.push(timers)
  }
  return found
}
