import { UnsiloError } from '../../errors.ts'
import { isTemporaryName } from '../../system/replace-file.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'
import { syncIfOffered } from './upload.ts'

/** What has to be done once a folder, whatever the number of files. */
export interface Folders {
  /** Makes a folder and those above it, up to the place itself. */
  make(requests: Requests, folder: string): Promise<void>
  /**
   * Returns when every name that is in the folder now is durable. Calls that wait for the same folder wait for one request together.
   * Some servers cannot do it; then nothing is done.
   */
  sync(requests: Requests, folder: string): Promise<void>
  /** The first time for a folder: removes what uploads have left there that were broken off more than a day ago. */
  sweep(requests: Requests, folder: string, handle: Buffer): Promise<void>
}

const leftoverMs = 24 * 3600 * 1000
const openToRead = 0x01

/**
 * @param base The place itself: created when missing, but not the folder around it. That is what a disk looks like that is not
 *   mounted, and the copies would fill the disk below.
 */
export function openFolders(base: string, host: string): Folders {
  const making = new Map<string, Promise<void>>()
  const syncing = new Map<string, { now: Promise<void>; next?: Promise<void> }>()
  const swept = new Set<string>()
  let cannotSync = false

  const makeOnce = async (requests: Requests, folder: string): Promise<void> => {
    try {
      await makeOne(requests, folder)
    } catch (error) {
      if (!hasStatus(error, statusCode.missing)) throw error
      if (folder === base) throw away(base, host)
      await folders.make(requests, parentOf(folder))
      await makeOne(requests, folder)
    }
    await folders.sync(requests, parentOf(folder))
  }

  const syncNow = async (requests: Requests, folder: string): Promise<void> => {
    try {
      const handle = await requests.open(folder, openToRead)
      await Promise.all([syncIfOffered(requests, handle), requests.close(handle)])
    } catch (error) {
      if (hasStatus(error, statusCode.missing)) return
      if (!hasStatus(error, statusCode.failure, statusCode.notPermitted, statusCode.unsupported)) throw error
      // A server that opens no folders, as on Windows; or a folder that may be written and not read.
      cannotSync = true
    }
  }

  const folders: Folders = {
    make(requests, folder) {
      const known = making.get(folder)
      if (known !== undefined) return known
      const made = makeOnce(requests, folder).finally(() => making.delete(folder))
      making.set(folder, made)
      return made
    },
    sync(requests, folder) {
      if (cannotSync) return Promise.resolve()
      const running = syncing.get(folder)
      if (running === undefined) {
        const now = syncNow(requests, folder).finally(() => syncing.delete(folder))
        syncing.set(folder, { now })
        return now
      }
      // The one that runs may have begun before the name was there.
      running.next ??= running.now.catch(() => undefined).then(() => folders.sync(requests, folder))
      return running.next
    },
    async sweep(requests, folder, handle) {
      if (swept.has(folder)) return
      swept.add(folder)
      const own = await requests.statHandle(handle)
      const listing = await requests.openFolder(folder)
      try {
        for (
          let page = await requests.readFolder(listing);
          page.length > 0;
          page = await requests.readFolder(listing)
        ) {
          // Both times are the server's: its clock need not be right.
          const isOld = (mtime: number): boolean => (own.mtime - mtime) * 1000 > leftoverMs
          const leftovers = page.filter(({ filename, attrs }) => isTemporaryName(filename) && isOld(attrs.mtime))
          for (const { filename } of leftovers) await requests.remove(`${folder}/${filename}`)
        }
      } finally {
        await requests.close(listing)
      }
    },
  }

  const makeOne = async (requests: Requests, folder: string): Promise<void> => {
    try {
      await requests.makeFolder(folder)
    } catch (error) {
      if (!hasStatus(error, statusCode.failure, statusCode.exists, statusCode.notPermitted)) throw error
      const there = await requests.stat(folder).catch(() => undefined)
      if (there === undefined) throw error
      if (there.isDirectory()) return
      throw new UnsiloError('clash', `${folder} on ${host} is not a folder`, {
        hint: 'Look at what it is, and move it away.',
      })
    }
  }
  return folders
}

/** Tells when the folder around the place is not there. @throws UnsiloError `not-found` */
export async function checkAround(requests: Requests, base: string, host: string): Promise<void> {
  const isThere = async (folder: string): Promise<boolean> => {
    try {
      await requests.stat(folder)
      return true
    } catch (error) {
      if (hasStatus(error, statusCode.missing)) return false
      throw error
    }
  }
  if (!(await isThere(base)) && !(await isThere(parentOf(base)))) throw away(base, host)
}

function away(base: string, host: string): UnsiloError {
  const around = parentOf(base)
  return new UnsiloError('not-found', `${around} on ${host} does not exist, so ${base} is not created in it`, {
    hint: `Mount its disk there; or, if the folder is to be on this disk: mkdir -p ${around}`,
    retryable: true,
  })
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  if (slash < 0) return '.'
  return slash === 0 ? '/' : path.slice(0, slash)
}

/** A place as a configuration writes it: `~` is the folder that one is in after logging in, as it is for relative paths. */
export function placeOf(path: string): string {
  const relative = path.replace(/^~(?:\/+|$)/, '')
  return relative === '' ? '.' : relative.replace(/(?<=.)\/+$/, '')
}

/** As it is: a server resolves `..` by its links. */
export function join(folder: string, path: string): string {
  if (folder === '' || path === '') return `${folder}${path}`
  return folder.endsWith('/') ? `${folder}${path}` : `${folder}/${path}`
}
