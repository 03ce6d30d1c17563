import { calendarEvent, frequencyOf } from './frequency.ts'
import type { Job, Place } from './job.ts'

/** The two files of a job (systemd.service(5), systemd.timer(5)). */
export interface Units {
  service: string
  timer: string
}

/** @throws UnsiloError `usage` when no timer can fire that often */
export function systemdUnits(job: Job, place: Place): Units {
  const what = `unsilo ${job.name} of ${oneLine(place.root)}`
  return {
    service: lines(
      '# Written by `unsilo schedule install`; `unsilo schedule remove` takes it away.',
      '[Unit]',
      `Description=${specifiers(what)}`,
      '',
      '[Service]',
      'Type=oneshot',
      `ExecStart=${job.command.map(word).join(' ')}`,
      `Environment=${word(`PATH=${job.searchPath}`)}`,
      '# unsilo ends its exports itself when it is asked to stop.',
      'KillMode=mixed',
      'Nice=10',
    ),
    timer: lines(
      '# Written by `unsilo schedule install`; `unsilo schedule remove` takes it away.',
      '[Unit]',
      `Description=${specifiers(`when to start: ${what}`)}`,
      '',
      '[Timer]',
      `OnCalendar=${calendarEvent(frequencyOf(job.everyMs))}`,
      '# What was missed while the machine was off is made up for, once.',
      'Persistent=true',
      'AccuracySec=15s',
      '',
      '[Install]',
      'WantedBy=timers.target',
    ),
  }
}

/** Quoted, so that nothing in it is special (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"). */
function word(text: string): string {
  const escaped = specifiers(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')
  return `"${escaped.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`
}

/** `%` begins a specifier (systemd.unit(5)). */
function specifiers(text: string): string {
  return text.replaceAll('%', '%%')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`
}
