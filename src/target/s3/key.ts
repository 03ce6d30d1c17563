import { UnsiloError } from '../../errors.ts'
import { checkFilePath, checkTargetPath } from '../target-path.ts'

/** Where paths of a target are in its bucket. */
export interface Keys {
  /** @throws UnsiloError `usage` */
  ofFile(path: string): string
  /** What the keys of all files below a folder begin with. @throws UnsiloError `usage` */
  ofFolder(path: string): string
  /** The path of a file; undefined for what others have put there that is no file to us, such as the marker of a folder. */
  pathOf(key: string): string | undefined
}

export function keysBelow(prefix: string): Keys {
  const start = prefix === '' ? '' : `${prefix}/`
  return {
    ofFile(path) {
      checkFilePath(path)
      return start + path
    },
    ofFolder(path) {
      checkTargetPath(path)
      return path === '' ? start : `${start}${path}/`
    },
    pathOf(key) {
      const path = key.slice(start.length)
      return key.startsWith(start) && isFilePath(path) ? path : undefined
    },
  }
}

function isFilePath(path: string): boolean {
  try {
    checkFilePath(path)
    return true
  } catch (error) {
    if (error instanceof UnsiloError) return false
    throw error
  }
}

/**
 * Reads a key of an answer: with `encoding-type=url`, which allows for characters that XML has none for, S3 writes a space as `+`
 * and OpenStack Swift as `%20`.
 *
 * @param encoding As the answer says: a store that does not know it leaves it out.
 */
export function decodeKey(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key
}
