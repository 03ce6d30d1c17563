import type { AlertsResult } from '../alert/deliver.ts'
import { sayTime } from '../alert/message-text.ts'
import type { UnsiloError } from '../errors.ts'
import { sayLasting } from '../report/warnings.ts'
import type { StatusPublication } from '../watch/publish-status.ts'
import type { OpenTrouble, Status } from '../watch/status.ts'
import type { App } from './app.ts'

/** What `watch` has seen and done. */
export interface Watched {
  status: Status
  alerts: AlertsResult
  /** Files here that could not be written. */
  unwritten: UnsiloError[]
  published: StatusPublication[]
  /** The names of those that are to be told. */
  channels: string[]
}

/** Says what is wrong, who was told, and what could not be said. */
export function tellWatched(watched: Watched, app: App): void {
  const { status, alerts, unwritten, published, channels } = watched
  if (app.json) app.printJson(watchedJson(watched))
  else {
    const { green, yellow, dim } = app.colors.out
    const many = `${status.datasets.length} dataset${status.datasets.length === 1 ? '' : 's'}`
    const count = status.open.length
    if (count === 0) {
      if (status.ok && !app.quiet) app.print(`${green('✓')} ${many}: all is well`)
      else if (!status.ok) app.print(`${yellow('!')} ${many}: all is well with the data, but not with the alerts`)
    } else
      app.print(
        `${yellow('!')} ${status.datasets.length === 0 ? '' : `${many}, `}${count === 1 ? '1 thing is' : `${count} things are`} wrong`,
      )
    for (const trouble of status.open) app.print(troubleText(trouble, status.at, app))
    if (!app.quiet) for (const { channel, title } of alerts.sent) app.print(`${green('✓')} told ${channel}: ${title}`)
    if (count > 0 && channels.length === 0 && !app.quiet) {
      app.print(dim('  nobody is told: unsilo.toml has no channel for alerts'))
    }
  }
  const { red, yellow, dim } = app.colors.err
  const hinted = (hint: string | undefined): string => (hint === undefined ? '' : `\n${dim(`  → ${hint}`)}`)
  for (const { channel, error } of alerts.failed) {
    app.note(`${red('✗')} channel ${channel}: ${error.message}${hinted(error.hint)}`)
  }
  // Those that are not tried again yet.
  for (const { channel, since, reason } of status.channels) {
    if (alerts.failed.some((failed) => failed.channel === channel)) continue
    app.note(`${red('✗')} channel ${channel} does not deliver, since ${sayTime(new Date(since))}: ${reason}`)
  }
  for (const { message, hint } of [...alerts.problems, ...unwritten]) app.note(`${red('✗')} ${message}${hinted(hint)}`)
  for (const { target, error } of published) {
    if (error !== undefined)
      app.note(`${red('✗')} the status did not get to ${target}: ${error.message}${hinted(error.hint)}`)
  }
  if (alerts.isBusy) app.note(`${yellow('!')} another unsilo is telling the channels; the next look sees to the rest`)
}

function troubleText({ dataset, severity, what, since, why, next }: OpenTrouble, at: string, app: App): string {
  const { dim, red, yellow } = app.colors.out
  const paint = severity === 'warning' || severity === 'info' ? yellow : red
  return `  ${paint(severity)} ${dataset}: ${what}${sayLasting({ since }, at)}\n    ${why}\n    ${dim(`→ ${next}`)}`
}

function watchedJson({ status, alerts, unwritten, published }: Watched): object {
  const told = ({ code, message, hint }: UnsiloError): object => ({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
  })
  return {
    status,
    sent: alerts.sent,
    failed: alerts.failed.map(({ channel, title, error }) => ({ channel, title, error: told(error) })),
    problems: [...alerts.problems, ...unwritten, ...published.flatMap(({ error }) => error ?? [])].map(told),
    busy: alerts.isBusy,
  }
}
