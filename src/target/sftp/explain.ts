import { type ErrorCode, UnsiloError } from '../../errors.ts'
import type { Address } from './connection.ts'
import type { Requests } from './requests.ts'
import { StatusError, hasStatus, statusCode } from './status.ts'

/** What was refused. */
export interface Refused {
  /** A verb, as in "write". */
  doing: string
  /** There. */
  path: string
  /** The folder whose disk is written to; missing where nothing is written. */
  folder?: string
}

/** Less than this and no other reason: the disk is full. Some file systems keep a last few blocks to themselves. */
const nothingLeftBytes = 256 * 1024

/** Says in words why the server refused something. @returns What is no refusal as it is. */
export async function explain(
  error: unknown,
  { doing, path, folder }: Refused,
  { host, user }: Address,
  requests: Requests,
): Promise<unknown> {
  if (!(error instanceof StatusError)) return error
  const place = `${path} on ${host}`
  const say = (code: ErrorCode, reason: string, hint: string, retryable = false): UnsiloError =>
    new UnsiloError(code, `cannot ${doing} ${place}: ${reason}`, { hint, retryable, cause: error })
  if (hasStatus(error, statusCode.missing)) return say('not-found', 'it does not exist', 'Check the path.')
  if (hasStatus(error, statusCode.notPermitted)) {
    return say('not-permitted', `${user} may not do that there`, `Look at its owner and rights there: ls -ld`)
  }
  const space = folder === undefined ? undefined : await requests.space(folder)
  if (space?.isReadOnly === true) {
    return say('not-permitted', 'its disk is mounted read-only', 'Mount it so that it can be written to.')
  }
  const isFull = space !== undefined && (space.freeBytes < nothingLeftBytes || space.freeFiles === 0)
  if (isFull || hasStatus(error, statusCode.noSpace) || /no space|disk.*full/i.test(error.message)) {
    return say('no-space', 'the disk there is full', 'Make room there, then run again.')
  }
  if (hasStatus(error, statusCode.quota) || /quota/i.test(error.message)) {
    return say('no-space', `the quota of ${user} there is used up`, 'Make room there, then run again.')
  }
  // Version 3 of SFTP has one code for everything else, a quota too, and OpenSSH's words for it are "Failure".
  const hint =
    folder === undefined ? "The server's log may tell more." : "A quota may be used up; the server's log may tell more."
  return say('io', `the server says "${error.message}"`, hint, true)
}
