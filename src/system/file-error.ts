import { type ErrorCode, UnsiloError } from '../errors.ts'

interface Explanation {
  code: ErrorCode
  reason: string
  hint: string
}

const explanations: Record<string, Explanation> = {
  ENOSPC: { code: 'no-space', reason: 'the disk is full', hint: 'Free some space on that disk, then run again.' },
  EDQUOT: { code: 'no-space', reason: 'the disk quota is used up', hint: 'Free some space or raise the quota.' },
  EFBIG: {
    code: 'no-space',
    reason: 'the file is larger than allowed',
    hint: 'Raise the file size limit (ulimit -f).',
  },
  EACCES: {
    code: 'not-permitted',
    reason: 'permission denied',
    hint: 'Check the owner and mode of that file and of its folder (ls -ld).',
  },
  EPERM: { code: 'not-permitted', reason: 'operation not permitted', hint: 'Check the owner and mode of that file.' },
  EROFS: {
    code: 'not-permitted',
    reason: 'the file system is read-only',
    hint: 'Mount it for writing, or use another.',
  },
  ENOENT: { code: 'not-found', reason: 'no such file or folder', hint: 'Check the path.' },
  ENOTDIR: { code: 'not-found', reason: 'a part of the path is not a folder', hint: 'Check the path.' },
  EISDIR: { code: 'clash', reason: 'it is a folder, and a file is expected', hint: 'Move the folder away.' },
  EEXIST: { code: 'clash', reason: 'it exists already', hint: 'Move it away, or choose another name.' },
  ENOTEMPTY: { code: 'clash', reason: 'the folder exists and is not empty', hint: 'Move it away.' },
  EIO: { code: 'io', reason: 'the disk reports an input/output error', hint: 'Check the disk (dmesg, smartctl).' },
  EMFILE: { code: 'io', reason: 'too many open files', hint: 'Raise the limit (ulimit -n), or lower --concurrency.' },
}

/**
 * Turns an error of the operating system into one that a user can act on.
 *
 * @param doing What was tried, as in "write" or "rename".
 * @returns `error` itself when it does not come from the operating system.
 */
export function fileError(error: unknown, doing: string, path: string): unknown {
  if (error instanceof UnsiloError || !(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  // zlib's errors have a code and an errno too, but come from no system call.
  if (code === undefined || !('syscall' in error)) return error
  const known = explanations[code] ?? { code: 'io' as const, reason: code, hint: 'Check the disk and the path.' }
  return new UnsiloError(known.code, `cannot ${doing} ${path}: ${known.reason}`, { hint: known.hint, cause: error })
}
