import { UnsiloError } from '../../errors.ts'
import { mapPool } from '../../system/pool.ts'
import { join } from './folders.ts'
import { throwIfAborted } from '../interrupt.ts'
import { kindOf } from './list.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'

const removalsAtATime = 32

/** @returns Whether there was one. @throws UnsiloError `clash` when it is a folder */
export async function removeFile(requests: Requests, path: string, host: string): Promise<boolean> {
  try {
    await requests.remove(path)
    return true
  } catch (error) {
    if (hasStatus(error, statusCode.missing)) return false
    // Which code a server has for this differs.
    if (!(await isFolder(requests, path))) throw error
    throw new UnsiloError('clash', `cannot remove ${path} on ${host}: it is a folder, and a file is expected`, {
      hint: 'Look at what is in there, and move it away.',
    })
  }
}

async function isFolder(requests: Requests, path: string): Promise<boolean> {
  try {
    return (await requests.statLink(path)).isDirectory()
  } catch (error) {
    if (hasStatus(error, statusCode.missing)) return false
    throw error
  }
}

/** Removes a folder with all that is in it; links are removed, and not followed. Nothing there is no error. */
export async function removeFolder(requests: Requests, folder: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    throwIfAborted(signal)
    const entries = await entriesOf(requests, folder)
    if (entries === undefined) return
    // What is removed while a folder is read may make it skip entries: so all is read first, and again until nothing is left.
    const inside = entries.filter(({ filename }) => filename !== '.' && filename !== '..')
    if (inside.length === 0) break
    const folders = inside.filter((entry) => kindOf(entry) === 'folder')
    const others = inside.filter((entry) => !folders.includes(entry))
    for (const { filename } of folders) await removeFolder(requests, join(folder, filename), signal)
    await mapPool(others, removalsAtATime, ({ filename }) => gone(requests.remove(join(folder, filename))))
  }
  await gone(requests.removeFolder(folder))
}

async function entriesOf(
  requests: Requests,
  folder: string,
): Promise<Awaited<ReturnType<Requests['readFolder']>> | undefined> {
  const entries: Awaited<ReturnType<Requests['readFolder']>> = []
  try {
    const handle = await requests.openFolder(folder)
    try {
      for (let page = await requests.readFolder(handle); page.length > 0; page = await requests.readFolder(handle)) {
        entries.push(...page)
      }
    } finally {
      await requests.close(handle)
    }
  } catch (error) {
    if (hasStatus(error, statusCode.missing)) return undefined
    throw error
  }
  return entries
}

/** Another client may have removed it meanwhile. */
async function gone(removing: Promise<void>): Promise<void> {
  try {
    await removing
  } catch (error) {
    if (!hasStatus(error, statusCode.missing)) throw error
  }
}
