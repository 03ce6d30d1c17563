import { randomBytes } from 'node:crypto'
import { fchmodSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { fileError } from './file-error.ts'
import type { FileSink, Files } from './files.ts'

const temporaryName = /^\.unsilo-[0-9a-f]{12}-.*\.tmp$/

/** Names a file beside `path` that is written first and then renamed; `isTemporaryName` recognises it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.unsilo-${randomBytes(6).toString('hex')}-${basename(path)}.tmp`)
}

/** True for what a broken-off `replaceFile` may leave behind; such a file holds nothing that is needed. */
export function isTemporaryName(name: string): boolean {
  return temporaryName.test(name)
}

/**
 * Replaces the file at `path` so that a reader, or a crash, finds the old bytes or the new ones.
 * The folder is synced too: syncing a file does not make its directory entry durable (fsync(2)).
 *
 * @param mode Who may read it; as the umask says when it is missing.
 * @throws UnsiloError; the old file is then untouched.
 */
export async function replaceFile(files: Files, path: string, text: string, mode?: number): Promise<void> {
  await replaceFileBy(files, path, async (sink) => {
    if (mode !== undefined) setMode(sink.descriptor, mode, path)
    await sink.write(text)
  })
}

/** The same for a file that is written piece by piece. @param write Need neither sync nor close. */
export async function replaceFileBy(
  files: Files,
  path: string,
  write: (sink: FileSink) => Promise<void>,
): Promise<void> {
  await replaceFileWith(files, path, async (temporary) => {
    const sink = await files.create(temporary)
    try {
      await write(sink)
      await sink.sync()
    } finally {
      await sink.close()
    }
  })
}

/** The same for a file that somebody else writes. @param make Makes a durable file at the path that it is given. */
export async function replaceFileWith(
  files: Files,
  path: string,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryPath(path)
  try {
    await make(temporary)
    files.rename(temporary, path)
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw meantFor(path, temporary, error)
  }
  await files.sync(dirname(path))
}

/** A person has asked for the file, and knows nothing of the temporary one. */
function meantFor(path: string, temporary: string, error: unknown): unknown {
  if (!(error instanceof UnsiloError) || !error.message.includes(temporary)) return error
  const { code, message, hint, retryable, cause } = error
  const details = { retryable, ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) }
  return new UnsiloError(code, message.replaceAll(temporary, path), details)
}

function setMode(descriptor: number, mode: number, path: string): void {
  try {
    fchmodSync(descriptor, mode)
  } catch (error) {
    throw fileError(error, 'set the mode of', path)
  }
}
