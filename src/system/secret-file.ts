import { fchmodSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileError } from './file-error.ts'
import type { FileSink, Files } from './files.ts'
import { temporaryPath } from './replace-file.ts'

/**
 * Replaces a file that only its owner may read, durably. A link stays a link: the file that it leads to is replaced.
 *
 * @throws UnsiloError; the old file is then untouched.
 */
export async function replaceSecretFile(files: Files, path: string, text: string): Promise<void> {
  await (await prepareReplacement(files, path, text)).keep()
}

interface Replacement {
  /** Puts the new file in the old one's place. */
  keep(): Promise<void>
  drop(): Promise<void>
}

/** Finds out, without changing the file, whether it can be replaced. @throws UnsiloError when it cannot */
export async function checkReplaceable(files: Files, path: string, text: string): Promise<void> {
  await (await prepareReplacement(files, path, text)).drop()
}

async function prepareReplacement(files: Files, path: string, text: string): Promise<Replacement> {
  const target = leadsTo(path)
  const temporary = temporaryPath(target)
  const drop = (): Promise<void> => files.remove(temporary).catch(() => undefined)
  const sink = await files.create(temporary)
  try {
    await writePrivately(sink, temporary, text)
  } catch (error) {
    await drop()
    throw error
  }
  return {
    async keep() {
      try {
        files.rename(temporary, target)
      } catch (error) {
        await drop()
        throw error
      }
      await files.sync(dirname(target))
    },
    drop,
  }
}

async function writePrivately(sink: FileSink, path: string, text: string): Promise<void> {
  try {
    // Before there is anything to read in it.
    fchmodSync(sink.descriptor, 0o600)
    await sink.write(text)
    await sink.sync()
  } catch (error) {
    throw fileError(error, 'write', path)
  } finally {
    await sink.close()
  }
}

function leadsTo(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw fileError(error, 'look at', path)
  }
}
