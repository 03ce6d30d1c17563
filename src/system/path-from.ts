import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileError } from './file-error.ts'

/** A path as a configuration writes it: `~` is the user's home, and a relative one starts at `folder`. */
export function pathFrom(folder: string, path: string): string {
  return resolve(folder, /^~(?=\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path)
}

/** The path without links on its way. @throws UnsiloError `not-found` */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw fileError(error, 'look at', path)
  }
}
