import { text } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import { sayDuration } from '../../system/duration.ts'
import { sayEnd, startCommand } from '../../system/processes.ts'
import type { Channel, ChannelSurroundings } from '../channel.ts'
import type { Message } from '../message.ts'
import { messageJson, textOf } from '../message-text.ts'
import { oneLine, shortenTo, shortenToBytes } from '../shorten.ts'
import type { CommandConfig } from './command-config.ts'

// Linux takes 128 KiB for one variable (MAX_ARG_STRLEN in execve(2)); all of it is on the standard input.
const variableBytes = 32_000

/** The message is never among the command's parameters, which every user of the machine can read. */
export function openCommand(name: string, { cmd }: CommandConfig, { root, timeoutMs }: ChannelSurroundings): Channel {
  return {
    async send(message, signal) {
      const running = startCommand({
        command: cmd,
        folder: root,
        environment: variablesOf(message),
        stdin: 'pipe',
        stdout: 'ignore',
        stderr: 'pipe',
        timeoutMs,
        signal,
      })
      // A command need not read what it does not need.
      running.stdin!.on('error', () => undefined)
      running.stdin!.end(`${JSON.stringify(messageJson(message))}\n`)
      const [printed, end] = await Promise.all([text(running.stderr!), running.ended])
      if (end.status === 0) return { said: sayEnd(end) }
      const last = oneLine(printed.trimEnd().split('\n').at(-1) ?? '')
      const reason = end.endedFor === 'timeout' ? `it took longer than ${sayDuration(timeoutMs)}` : sayEnd(end)
      throw new UnsiloError(
        'command-failed',
        `the command of ${name} failed: ${reason}${last === '' ? '' : `: ${shortenTo(last, 200)}`}`,
        {
          hint: 'Run it by hand; `cmd` in unsilo.toml says what it is.',
          retryable: true,
        },
      )
    },
  }
}

function variablesOf(message: Message): Record<string, string> {
  const { kind, severity, title, host, root, datasets } = message
  const short = (value: string): string => shortenToBytes(value.replaceAll('\0', ' '), variableBytes)
  return {
    UNSILO_ALERT_KIND: kind,
    UNSILO_ALERT_SEVERITY: severity,
    UNSILO_ALERT_TITLE: short(title),
    UNSILO_ALERT_TEXT: short(textOf(message)),
    UNSILO_ALERT_DATASETS: short(datasets.join('\n')),
    UNSILO_ALERT_HOST: short(host),
    UNSILO_ALERT_ROOT: short(root),
  }
}
