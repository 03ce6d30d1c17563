import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createHash } from 'node:crypto'
import { openEncryption } from '../dataset/copies/encryption.ts'
import type { NamedTarget } from '../dataset/copies/targets.ts'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { PublishedStatus } from './status.ts'

/** One target that hangs must not keep `watch` from its next look. */
const longestMs = 60_000

/** A file by its name, as it is copied to targets. */
export interface StatusFile {
  name: string
  text: string
}

/** The folder at a target, which no dataset can be called: `unsilo-status/laptop-exports`. */
export function statusFolder(host: string, root: string): string {
  const plain = `${host}-${basename(root)}`.replaceAll(/[^\w.-]/g, '_')
  return `unsilo-status/${plain}`
}

export interface StatusPublication extends PublishedStatus {
  /** Why it did not get there this time. */
  error?: UnsiloError
}

/**
 * Copies files to every target, all at the same time. It throws for nothing that a target does.
 *
 * @param filesFor What goes there; `isNew`: the target may lack what was copied before.
 */
export function publishStatus(
  targets: readonly NamedTarget[],
  filesFor: (isNew: boolean) => readonly StatusFile[],
  folder: string,
  before: readonly PublishedStatus[],
  now: Date,
  signal: AbortSignal,
): Promise<StatusPublication[]> {
  return Promise.all(
    targets.map(async (target): Promise<StatusPublication> => {
      const known = before.find((one) => one.target === target.name)
      try {
        await inTime(
          (limited) =>
            copyTo(target, folder, filesFor(known?.at === undefined || known.failing !== undefined), limited),
          signal,
        )
        return { target: target.name, at: now.toISOString() }
      } catch (error) {
        const failure = expectUnsiloError(error)
        return {
          target: target.name,
          ...(known?.at === undefined ? {} : { at: known.at }),
          failing: {
            since: known?.failing?.since ?? now.toISOString(),
            tries: (known?.failing?.tries ?? 0) + 1,
            reason: failure.message,
          },
          error: failure,
        }
      }
    }),
  )
}

async function copyTo(
  { settings, open }: NamedTarget,
  folder: string,
  files: readonly StatusFile[],
  signal: AbortSignal,
): Promise<void> {
  const encryption = await openEncryption(settings)
  const target = await open()
  try {
    for (const { name, text } of files) {
      const bytes = Buffer.from(text)
      const known = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
      const path = `${folder}/${name}${encryption?.suffix ?? ''}`
      const body = (from = 0): Readable =>
        Readable.from(encryption === undefined ? [bytes.subarray(from)] : encryption.encrypt(once(bytes)), {
          objectMode: false,
        })
      await target.put(path, body, signal, encryption === undefined ? known : undefined)
    }
  } finally {
    await target.close()
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Ends in time, also when what it waits for does not heed the signal. */
async function inTime(action: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const stop = (error: UnsiloError): void => {
      reject(error)
      controller.abort(error)
    }
    timer = setTimeout(() => stop(new UnsiloError('timeout', `not there within ${longestMs / 1000} s`)), longestMs)
    const cancel = (): void => stop(new UnsiloError('cancelled', 'interrupted'))
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true, signal: controller.signal })
  })
  late.catch(() => undefined)
  const working = action(controller.signal)
  working.catch(() => undefined)
  try {
    await Promise.race([late, working])
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}
