import { UnsiloError } from '../errors.ts'
import { isTemporaryName } from '../system/replace-file.ts'

/** @throws UnsiloError `usage` for a path that leads out of the target, or that a reader would not be shown */
export function checkTargetPath(path: string): void {
  if (path === '') return
  if (!isInside(path)) {
    throw new UnsiloError('usage', `${JSON.stringify(path)} is not a path inside a target`, {
      hint: 'Paths are relative, without "." and "..".',
    })
  }
  if (!isTemporaryName(path.slice(path.lastIndexOf('/') + 1))) return
  throw new UnsiloError('usage', `${path} has a name that unsilo gives to unfinished files`, {
    hint: 'Give the file another name.',
  })
}

/** True for a relative path without detours. */
export function isInside(path: string): boolean {
  return !path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))
}

/** @throws UnsiloError `usage`, also for the target as a whole */
export function checkFilePath(path: string): void {
  if (path === '') throw new UnsiloError('usage', 'the path of a file is needed, and it is empty')
  checkTargetPath(path)
}
