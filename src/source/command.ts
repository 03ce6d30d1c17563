import type { Bytes } from '../codec/codec.ts'
import { UnsiloError } from '../errors.ts'
import type { FileSink } from '../system/files.ts'
import { type CommandEnd, type RunningCommand, endAfterLastWord, sayEnd, startCommand } from '../system/processes.ts'
import type { Redactor } from '../system/redact.ts'
import { type ProgramLimits, checkNotEnded } from './program-end.ts'
import { type ExportContext, type ParcelSink, type Skipped, type Source, nothingToNote } from './source.ts'

export interface CommandSourceConfig extends ProgramLimits {
  /** A line for /bin/sh. It may hold secrets, so it never stands in a message. */
  cmd: string
  /** The command prints the data, in the format of this extension, instead of writing files. */
  stdout?: string | undefined
  /** Exit statuses besides 0 that are no failure. */
  returncodesOk?: readonly number[]
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
      const skipped =
        config.stdout === undefined
          ? skippedBy(checkEnd(await ended, config, context), config, sink)
          : await storePrinted({ ...running, ended }, config.stdout, config, sink, context)
      return skipped === undefined ? nothingToNote : { ...nothingToNote, skipped }
    },
  }
}

/** What sysexits.h calls a temporary failure: the command asks to be tried another time (EX_TEMPFAIL). */
const notNow = 75

/** How a command ended that did not fail. */
interface EndedWell {
  status: number
  /** What it said, when its status is not 0. */
  said: string
}

/** A status that is not 0 stands for "not now", or for "nothing new" when there is no data. */
function skippedBy(
  { status, said }: EndedWell,
  { returncodesOk = [] }: CommandSourceConfig,
  sink: ParcelSink,
): Skipped | undefined {
  if (status === 0) return undefined
  if (!returncodesOk.includes(status)) return { because: said, nothingNew: false }
  return sink.bytesSoFar() > 0 ? undefined : { because: said, nothingNew: true }
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
): Promise<Skipped | undefined> {
  let grace: NodeJS.Timeout | undefined
  const storing = sink.write(extension, running.stdout as Bytes).then(
    () => undefined,
    (error: unknown) => {
      grace = endAfterLastWord(running)
      return { error }
    },
  )
  const [end, failed] = await Promise.all([running.ended, storing]).finally(() => clearTimeout(grace))
  // How the command ended explains what it printed; only a command that we ended for what it printed is the other way round.
  const endedByUs = failed !== undefined && end.endedFor === 'cancelled' && !context.signal.aborted
  const well = endedByUs ? { status: 0, said: '' } : checkEnd(end, config, context)
  const skipped = skippedBy(well, config, sink)
  if (failed !== undefined && skipped === undefined) throw failed.error
  return skipped
}

function checkEnd(end: CommandEnd, config: CommandSourceConfig, context: ExportContext): EndedWell {
  checkNotEnded(end, 'the command', config)
  if (end.status === 0) return { status: 0, said: '' }
  const complaint = context.logs.lastComplaint()
  const said = `${sayEnd(end)}${complaint === '' ? '' : `: ${complaint}`}`
  const isOk = end.status === notNow || config.returncodesOk?.includes(end.status ?? -1) === true
  if (isOk) return { status: end.status!, said }
  throw new UnsiloError('command-failed', said, {
    hint: statusHints[end.status ?? -1] ?? 'Run the command by hand.',
    retryable: true,
  })
}

/** What a POSIX shell means by its own exit statuses (sh(1), "Exit status for commands"). */
const statusHints: Record<number, string> = {
  126: 'The shell found the program but could not run it: check its mode (chmod +x).',
  127: 'The shell did not find the program: give its full path in `cmd`; cron and systemd know fewer folders than you.',
}
