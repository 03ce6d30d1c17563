import { UnsiloError } from '../../../errors.ts'
import { acquireLock } from '../../../system/lock.ts'
import { pathFrom } from '../../../system/path-from.ts'
import { checkReplaceable, replaceSecretFile } from '../../../system/secret-file.ts'
import { type CredentialTools, hide } from './credential.ts'

/** How long to wait for another process that renews with the same file, in ms. */
const patienceMs = 60_000
const stepMs = 250

export interface RefreshFile {
  /**
   * Gives `use` the refresh token, while no other process can use it. What `use` returns as the new one is on the disk
   * before this returns.
   *
   * @throws UnsiloError `busy`, those of the disk, and those of `use`
   */
  exchange<T extends { refresh: string | undefined }>(use: (token: string) => Promise<T>): Promise<T>
}

/** A refresh token in a file that several datasets may share; servers that rotate tokens take each one only once. */
export function openRefreshFile(reference: { file: string }, tools: CredentialTools): RefreshFile {
  const { files, folder, redactor } = tools
  const path = pathFrom(folder, reference.file)
  // A new token that could not be saved: the old one in the file is used up.
  let unsaved: string | undefined
  const save = async (token: string): Promise<void> => {
    unsaved = token
    await replaceSecretFile(files, path, `${token}\n`)
    unsaved = undefined
  }
  return {
    exchange: (use) =>
      withFileLock(path, tools, async () => {
        if (unsaved !== undefined) await save(unsaved)
        const token = await tools.readSecret('source.auth.refresh_token', reference)
        hide(redactor, token)
        // Once the server has answered, the old token may be worth nothing; that there is room for a new one must be sure before.
        await checkReplaceable(files, path, `${token}\n`)
        const got = await use(token)
        if (got.refresh !== undefined && got.refresh !== token) await save(got.refresh)
        return got
      }),
  }
}

async function withFileLock<T>(path: string, { clock, signal }: CredentialTools, action: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    const lock = await acquireLock(`${path}.lock`)
    if (lock !== undefined) {
      try {
        return await action()
      } finally {
        lock.release()
      }
    }
    if (waitedMs >= patienceMs) {
      throw new UnsiloError('busy', `another process has been renewing the token in ${path} for a minute`, {
        hint: 'Wait until it has ended, or end it.',
        retryable: true,
      })
    }
    await clock.sleep(stepMs, signal)
  }
}
