import { existsSync } from 'node:fs'
import { UnsiloError } from '../errors.ts'
import { askProgram } from './ask-program.ts'
import { sayEnd } from './processes.ts'

export interface Notification {
  title: string
  text: string
  urgency: 'low' | 'normal' | 'critical'
}

interface Parts {
  command: readonly [string, ...string[]]
  environment?: Record<string, string>
  stdin?: string
}

/**
 * Shows a notification on the screen of this machine. With notify-send it is among the program's parameters, so other users of the
 * machine can see it while that runs: it has no other way.
 *
 * @returns The program that shows it.
 * @throws UnsiloError `missing-program` or `command-failed`
 */
export async function notifyDesktop(
  notification: Notification,
  { signal, timeoutMs, platform = process.platform }: { signal: AbortSignal; timeoutMs: number; platform?: string },
): Promise<string> {
  const { command, environment, stdin } = platform === 'darwin' ? osascript(notification) : notifySend(notification)
  const [program] = command
  const { stderr, ...end } = await askProgram(command, {
    ...(environment === undefined ? {} : { environment }),
    ...(stdin === undefined ? {} : { input: stdin }),
    timeoutMs,
    signal,
  })
  if (end.status === 0) return program
  const last = stderr.trim().split('\n').at(-1) ?? ''
  throw new UnsiloError('command-failed', `${program} failed (${sayEnd(end)})${last === '' ? '' : `: ${last}`}`, {
    hint: 'A notification needs somebody who is logged in at the screen, as the same user.',
  })
}

function notifySend({ title, text, urgency }: Notification): Parts {
  const environment = sessionBus()
  // Most desktops read the text as a kind of HTML (Desktop Notifications Specification, "Markup").
  const body = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return {
    command: ['notify-send', '--app-name=unsilo', `--urgency=${urgency}`, '--', title, body],
    ...(environment === undefined ? {} : { environment }),
  }
}

/** Timers and cron know nothing of the session; this is where systemd has its bus. */
function sessionBus(): Record<string, string> | undefined {
  const socket = `/run/user/${process.getuid?.()}/bus`
  if (process.env['DBUS_SESSION_BUS_ADDRESS'] !== undefined || !existsSync(socket)) return undefined
  return { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` }
}

function osascript({ title, text }: Notification): Parts {
  // The text is no part of the script: nothing in it can be a command.
  const script = 'display notification (system attribute "UNSILO_TEXT") with title (system attribute "UNSILO_TITLE")\n'
  return { command: ['osascript', '-'], environment: { UNSILO_TITLE: title, UNSILO_TEXT: text }, stdin: script }
}
