import { UnsiloError } from '../../errors.ts'
import { type Folders, parentOf } from './folders.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'

/**
 * Renames a file or a folder, and makes the folders around its new name. RENAME refuses what would replace something
 * (draft-ietf-secsh-filexfer-02, section 6.5); some servers do it all the same, so it is looked for before.
 *
 * @throws StatusError `missing`; UnsiloError `clash` when there is something at `to`
 */
export async function move(
  requests: Requests,
  folders: Folders,
  from: string,
  to: string,
  host: string,
): Promise<void> {
  const [isTaken] = await Promise.all([isThere(requests, to), requests.statLink(from)])
  if (isTaken) {
    throw new UnsiloError('clash', `cannot move ${from} to ${to} on ${host}: there is something already`, {
      hint: 'Look at what is in there, and move it away.',
    })
  }
  const [oldFolder, newFolder] = [parentOf(from), parentOf(to)]
  try {
    await requests.rename(from, to)
  } catch (error) {
    // By which of these a server tells that a folder is missing differs.
    if (!hasStatus(error, statusCode.missing, statusCode.failure)) throw error
    await folders.make(requests, newFolder)
    await requests.rename(from, to)
  }
  await Promise.all([...new Set([oldFolder, newFolder])].map((folder) => folders.sync(requests, folder)))
}

async function isThere(requests: Requests, path: string): Promise<boolean> {
  try {
    await requests.statLink(path)
    return true
  } catch (error) {
    if (hasStatus(error, statusCode.missing)) return false
    throw error
  }
}
