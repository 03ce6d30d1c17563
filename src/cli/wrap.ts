import { type WrapResult, wrapCommand } from '../dataset/wrap.ts'
import type { CodecName } from '../codec/codec.ts'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openProgress } from './progress.ts'

export interface WrapArguments {
  path: string
  command: string[]
  retries: number
  compress: CodecName
  timeout?: string
  require?: string
}

export async function wrap(args: WrapArguments, app: App): Promise<ExitStatus> {
  const [program, ...parameters] = args.command
  if (program === undefined) {
    throw new UnsiloError('usage', 'there is no command to run', {
      hint: 'Write it after two dashes: unsilo wrap backup-{utcnow}.json -- my-command --its-options',
    })
  }
  // The command shares the terminal, so a live line would stand in the middle of what it prints.
  const progress = openProgress({ ...app, isWatched: false })
  const context = {
    ...app.context,
    onProgress: app.verbose ? progress.onProgress : tellRetries(app),
  }
  const result = await wrapCommand(context, {
    path: args.path,
    command: [program, ...parameters],
    tries: args.retries,
    compress: args.compress,
    timeoutMs: args.timeout === undefined ? undefined : parseTimeout(args.timeout),
    require: args.require,
  })
  if (app.json) app.printJson(result)
  else if (!app.quiet) app.note(sayResult(result))
  return ExitCode.ok
}

function tellRetries(app: App): NonNullable<App['context']['onProgress']> {
  return ({ step, note }) => {
    if (step === 'retrying' && !app.quiet) app.note(`unsilo: ${note}`)
  }
}

function sayResult({ path, bytes, rawBytes, sha256, tries }: WrapResult): string {
  const packed = bytes === rawBytes ? '' : ` (${saySize(rawBytes)} before compression)`
  const again = tries === 1 ? '' : `, ${tries} tries`
  return `unsilo: wrote ${path}, ${saySize(bytes)}${packed}${again}, sha256 ${sha256}`
}

// A longer timer of Node.js fires at once (setTimeout takes a signed 32-bit number of ms).
const longestTimerMs = 2 ** 31 - 1

function parseTimeout(text: string): number {
  let timeoutMs: number
  try {
    timeoutMs = parseDuration(text)
  } catch (error) {
    const { message, hint } = expectUnsiloError(error)
    throw new UnsiloError('usage', `--timeout: ${message}`, { ...(hint === undefined ? {} : { hint }), cause: error })
  }
  if (timeoutMs > 0 && timeoutMs <= longestTimerMs) return timeoutMs
  throw new UnsiloError('usage', '--timeout: must be longer than nothing and at most 24 days', {
    hint: 'Leave it out for no limit.',
  })
}
