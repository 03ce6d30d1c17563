import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileError } from './file-error.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

/** A folder outside of all data that only this user may enter, for what a program needs for as long as it runs. */
export interface PrivateFolder {
  readonly path: string
  /** Writes a file that only this user can read. @returns Its path. */
  write(name: string, text: string): string
}

/** One whose end the caller decides; it goes when the process ends before that. */
export interface OpenPrivateFolder extends PrivateFolder {
  remove(): void
}

export function openPrivateFolder(): OpenPrivateFolder {
  const folder = makeTemporaryFolder()
  return {
    path: folder.path,
    write(name, text) {
      const path = join(folder.path, name)
      try {
        writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
      } catch (error) {
        throw fileError(error, 'write', path)
      }
      return path
    },
    remove: () => folder.remove(),
  }
}

/** The folder is removed when `action` has ended, however it ends, and when the process ends before that. */
export async function withPrivateFolder<T>(action: (folder: PrivateFolder) => Promise<T>): Promise<T> {
  const folder = openPrivateFolder()
  try {
    return await action(folder)
  } finally {
    folder.remove()
  }
}
