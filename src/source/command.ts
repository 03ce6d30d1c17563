import type { Bytes } from '../codec/codec.ts'
import { UnsiloError } from '../errors.ts'
import { sayDuration } from '../system/duration.ts'
import type { FileSink } from '../system/files.ts'
import { type CommandEnd, type RunningCommand, sayEnd, startCommand } from '../system/processes.ts'
import type { Redactor } from '../system/redact.ts'
import { type ExportContext, type ParcelSink, type Source, nothingToNote } from './source.ts'

export interface CommandSourceConfig {
  /** A line for /bin/sh. It may hold secrets, so it never stands in a message. */
  cmd: string
  /** The command prints the data, in the format of this extension, instead of writing files. */
  stdout?: string | undefined
  timeoutMs?: number | undefined
  silenceMs?: number | undefined
  /** Asked for at each try: variables for the command, and the secrets among them, which must not reach its logs. */
  environment?: () => Promise<{ variables: Record<string, string>; redactor: Redactor | undefined }>
}

/** A shell command that writes files to `$PARCEL_PATH`, or prints the data. */
export function openCommandSource(config: CommandSourceConfig): Source {
  return {
    kind: 'command',
    resumes: false,
    async export(sink, context) {
      const { logs } = context
      const printsData = config.stdout !== undefined
      const { variables, redactor } = (await config.environment?.()) ?? { variables: {}, redactor: undefined }
      const running = startCommand({
        command: config.cmd,
        folder: context.datasetPath,
        environment: {
          ...variables,
          PARCEL_PATH: sink.path,
          DATASET_PATH: context.datasetPath,
          PARCEL_ID: context.parcelId,
        },
        // A command that knows no secrets writes its logs itself.
        stdout: printsData || redactor !== undefined ? 'pipe' : logs.out.descriptor,
        stderr: redactor === undefined ? logs.err.descriptor : 'pipe',
        timeoutMs: config.timeoutMs,
        silenceMs: config.silenceMs,
        activity: () => sink.bytesSoFar() + logs.bytesSoFar(),
        signal: context.signal,
      })
      const logging = redactor === undefined ? [] : [writeRedacted(running.stderr!, logs.err, redactor)]
      if (redactor !== undefined && !printsData) logging.push(writeRedacted(running.stdout!, logs.out, redactor))
      const ended = Promise.all([running.ended, ...logging]).then(([end]) => end)
      ended.catch(() => undefined)
      if (config.stdout === undefined) checkEnd(await ended, config, context)
      else await storePrinted({ ...running, ended }, config.stdout, config, sink, context)
      return nothingToNote
    },
  }
}

async function writeRedacted(output: AsyncIterable<unknown>, log: FileSink, redactor: Redactor): Promise<void> {
  const stream = redactor.stream()
  for await (const chunk of output) await log.write(stream.write(chunk as Uint8Array))
  await log.write(stream.end())
}

async function storePrinted(
  running: RunningCommand,
  extension: string,
  config: CommandSourceConfig,
  sink: ParcelSink,
  context: ExportContext,
): Promise<void> {
  const storing = sink.write(extension, running.stdout as Bytes).then(
    () => undefined,
    (error: unknown) => {
      running.end()
      return { error }
    },
  )
  const end = await running.ended
  const failed = await storing
  // How the command ended explains what it printed; only a command that we ended for what it printed is the other way round.
  const endedByUs = failed !== undefined && end.endedFor === 'cancelled' && !context.signal.aborted
  if (!endedByUs) checkEnd(end, config, context)
  if (failed !== undefined) throw failed.error
}

function checkEnd(end: CommandEnd, config: CommandSourceConfig, context: ExportContext): void {
  if (end.endedFor === 'cancelled') throw new UnsiloError('cancelled', 'interrupted')
  if (end.endedFor === 'timeout') {
    throw new UnsiloError('timeout', `the command took longer than ${sayDuration(config.timeoutMs!)} and was ended`, {
      hint: 'If it needs that long, raise `timeout` in config.toml.',
      retryable: true,
    })
  }
  if (end.endedFor === 'silence') {
    throw new UnsiloError(
      'timeout',
      `no output for ${sayDuration(config.silenceMs!)}; the command hung and was ended`,
      {
        hint: 'If it is quiet for so long when all is well, raise `silence` in config.toml.',
        retryable: true,
      },
    )
  }
  if (end.status === 0) return
  const complaint = context.logs.lastComplaint()
  throw new UnsiloError('command-failed', `${sayEnd(end)}${complaint === '' ? '' : `: ${complaint}`}`, {
    hint: statusHints[end.status ?? -1] ?? 'Run the command by hand.',
    retryable: true,
  })
}

/** What a POSIX shell means by its own exit statuses (sh(1), "Exit status for commands"). */
const statusHints: Record<number, string> = {
  126: 'The shell found the program but could not run it: check its mode (chmod +x).',
  127: 'The shell did not find the program: give its full path in `cmd`; cron and systemd know fewer folders than you.',
}
