import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** A path as a configuration writes it: `~` is the user's home, and a relative one starts at `folder`. */
export function pathFrom(folder: string, path: string): string {
  return resolve(folder, /^~(?=\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path)
}
