import { constants, hostname } from 'node:os'
import { basename, dirname } from 'node:path'
import { type Bytes, type CodecName, codecNamed } from '../codec/codec.ts'
import { type ErrorCode, UnsiloError } from '../errors.ts'
import { type StoredBody, storeBody } from '../parcel/body.ts'
import { startContentCheck } from '../parcel/format/inspect.ts'
import { withRetries } from '../source/retry.ts'
import { sayDuration } from '../system/duration.ts'
import { endAfterLastWord, sayEnd, startCommand } from '../system/processes.ts'
import type { Files } from '../system/files.ts'
import { temporaryPath } from '../system/replace-file.ts'
import type { Context } from './dataset.ts'
import { WrappedCommandError } from './wrap-error.ts'

export interface WrapOptions {
  /** May hold `{utcnow}`, `{hostname}` and `{platform}`; `{{` and `}}` stand for braces. */
  path: string
  command: readonly [string, ...string[]]
  /** Tries in all. */
  tries: number
  compress: CodecName
  timeoutMs?: number | undefined
  /** The format that the output must have, such as `json`. */
  require?: string | undefined
}

export interface WrapResult extends StoredBody {
  path: string
  tries: number
}

/**
 * Runs a command and writes what it prints to one file, which a reader finds whole or not at all; an older file of that name
 * stays until then. Every try begins with an empty file.
 *
 * @throws UnsiloError; a WrappedCommandError when the command failed
 */
export async function wrapCommand(context: Context, options: WrapOptions): Promise<WrapResult> {
  const { files } = context.system
  // A bad placeholder is found before the command runs; the time stands for its end, as in arctee.
  checkReplaceable(files, expandPlaceholders(options.path, context.system.clock.now()))
  let tries = 0
  const signal = context.signal
  const onFailure = async (error: UnsiloError, failures: number, waitMs: number): Promise<void> => {
    const note = `try ${failures} of ${options.tries} failed (${error.message}); next in ${sayDuration(waitMs)}`
    context.onProgress?.({ dataset: options.path, step: 'retrying', note })
  }
  return withRetries(context.system, { tries: options.tries, signal, onFailure }, async (attempt) => {
    tries = attempt
    const temporary = temporaryPath(expandPlaceholders(options.path, context.system.clock.now()))
    files.makeFolder(dirname(temporary))
    try {
      const stored = await runInto(context, temporary, options)
      const path = expandPlaceholders(options.path, context.system.clock.now())
      checkReplaceable(files, path)
      files.makeFolder(dirname(path))
      files.rename(temporary, path)
      await files.sync(dirname(path))
      return { ...stored, path, tries }
    } catch (error) {
      await files.remove(temporary)
      throw error
    }
  })
}

/** A device, a pipe or a link would be replaced by a file, which nobody means. @throws UnsiloError `usage` */
function checkReplaceable(files: Files, path: string): void {
  const entry = files.list(dirname(path)).find(({ name }) => name === basename(path))
  if (entry === undefined || entry.kind === 'file') return
  const kind = entry.kind === 'other' ? 'device or a pipe' : entry.kind
  throw new UnsiloError('usage', `${path} is a ${kind}, and not a file that can be replaced; it was not touched`, {
    hint: entry.kind === 'link' ? 'Name the file that the link leads to.' : 'Name a file.',
  })
}

/** What a shell answers when it does not find a program, or cannot run it (sh(1)). */
const notStarted: Partial<Record<ErrorCode, number>> = { 'missing-program': 127, 'not-permitted': 126 }

async function runInto(context: Context, path: string, options: WrapOptions): Promise<StoredBody> {
  const check = options.require === undefined ? undefined : await startContentCheck(options.require, undefined)
  if (options.require !== undefined && check === undefined) {
    throw new UnsiloError('usage', `"${options.require}" cannot be checked while it streams`, {
      hint: 'Choose json, ndjson, csv, tsv or xml.',
    })
  }
  const running = startCommand({
    command: options.command,
    stdin: 'inherit',
    stdout: 'pipe',
    stderr: 'inherit',
    timeoutMs: options.timeoutMs,
    signal: context.signal,
  })
  const onBytes = (bytes: number): void => context.onProgress?.({ dataset: options.path, step: 'exporting', bytes })
  const storing = storeBody(context.system.files, path, running.stdout as Bytes, {
    codec: codecNamed(options.compress),
    check,
    onBytes,
    signal: context.signal,
  })
  let grace: NodeJS.Timeout | undefined
  const settled = storing.then(
    () => undefined,
    () => void (grace = endAfterLastWord(running)),
  )
  const [end] = await Promise.all([running.ended, settled])
    .catch((error: unknown) => {
      const status = error instanceof UnsiloError ? notStarted[error.code] : undefined
      if (error instanceof UnsiloError && status !== undefined)
        throw new WrappedCommandError(error.message, status, error)
      throw error
    })
    .finally(() => clearTimeout(grace))
  if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
  if (end.endedFor === 'timeout') {
    // What timeout(1) answers.
    throw new WrappedCommandError(`the command took longer than ${sayDuration(options.timeoutMs!)} and was ended`, 124)
  }
  if (end.endedFor === undefined && end.status !== 0) {
    // 128 + the signal's number is how a shell reports it.
    const status = end.status ?? 128 + constants.signals[end.endedBySignal!]
    throw new WrappedCommandError(`${basename(options.command[0])}: ${sayEnd(end)}`, status)
  }
  const body = await storing
  if (body.rawBytes > 0) return body
  throw new UnsiloError('empty', `${basename(options.command[0])} printed nothing; ${options.path} was not touched`, {
    hint: 'Run the command by hand and see what it prints.',
    retryable: true,
  })
}

/** Borg-style placeholders, as arctee has them. @throws UnsiloError `usage` for an unknown one */
function expandPlaceholders(path: string, now: Date): string {
  const values: Record<string, string> = {
    utcnow: `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`,
    hostname: hostname(),
    platform: process.platform,
  }
  return path.replaceAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (found, name: string | undefined) => {
    if (found === '{{') return '{'
    if (found === '}}') return '}'
    const value = name === undefined ? undefined : values[name]
    if (value !== undefined) return value
    throw new UnsiloError('usage', `"${found}" in ${path} is not a placeholder`, {
      hint: 'There are {utcnow}, {hostname} and {platform}; write {{ and }} for braces.',
    })
  })
}
