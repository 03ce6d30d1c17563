import { buffer } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import { readHashList } from '../../parcel/hash-list.ts'
import { splitParcelName } from '../../parcel/id.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { ageSuffix } from '../copies/encryption.ts'
import { copyLayout } from '../copies/layout.ts'
import type { CopiedParcel } from '../copies/manifest.ts'
import { hashOf } from '../parcel-contents.ts'
import { type Place, bytesAt } from './place.ts'

/** A file of a parcel, there and here. */
export interface FileThere {
  /** Below `data/`. */
  path: string
  /** At the place. */
  from: string
  isEncrypted: boolean
  /** Of what it is here. */
  sha256: string
}

/** A parcel at a place, with all of its files. */
export interface ParcelThere {
  copy: CopiedParcel
  /** In `data/`. */
  name: string
  files: FileThere[]
  /** Of a folder: `log/ID.sha256`. */
  hashList: string | undefined
}

/**
 * Finds out which files a parcel has there. A manifest and a list of hashes are as trustworthy as whoever can write there: a name
 * in them that leads out of the parcel is refused.
 *
 * @param folder Of the dataset there.
 * @throws UnsiloError `corrupt`
 */
export async function parcelAt(place: Place, folder: string, copy: CopiedParcel): Promise<ParcelThere> {
  const isEncrypted = copy.stored !== undefined
  const name = parcelName(copy, place)
  if (!copy.isFolder) {
    const file = { path: name, from: copy.path, isEncrypted, sha256: checkHash(copy.sha256, copy.path, place) }
    return { copy, name, files: [file], hashList: undefined }
  }
  const suffix = isEncrypted ? ageSuffix : ''
  // Lists of hashes are at the same place in every layout.
  const path = `${copyLayout(folder, 'mirror').hashes(copy.id)}${suffix}`
  const hashList = await listAt(place, path, isEncrypted)
  if (hashOf(hashList) !== copy.sha256) {
    throw refused(`${path} at ${place.name} is not what was published: it has another hash`)
  }
  const seen = new Set<string>()
  const files = readHashList(hashList).map((file): FileThere => {
    const below = pathBelow(file.path, name)
    if (below === undefined || seen.has(file.path)) {
      throw refused(`${path} at ${place.name} names ${JSON.stringify(file.path)}, which is no file of the parcel`)
    }
    seen.add(file.path)
    const sha256 = checkHash(file.sha256, path, place)
    return { path: file.path, from: `${copy.path}/${below}${suffix}`, isEncrypted, sha256 }
  })
  const inFile = files.find(({ path }) => foldersAbove(path).some((folder) => seen.has(folder)))
  if (inFile === undefined) return { copy, name, files, hashList }
  throw refused(`${path} at ${place.name} names ${JSON.stringify(inFile.path)}, which lies in another file`)
}

/** As what a parcel lies in a folder here. */
export function storedParcel({ copy, name }: ParcelThere, path: string): StoredParcel {
  const extension = copy.isFolder ? '' : splitParcelName(name)!.extension.toLowerCase()
  return { id: copy.id, name, extension, path, isFolder: copy.isFolder, others: [] }
}

async function listAt(place: Place, path: string, isEncrypted: boolean): Promise<string> {
  try {
    return (await buffer(bytesAt(place, path, isEncrypted))).toString('utf8')
  } catch (error) {
    throw missingThere(error, place, path)
  }
}

/** Says of a file that is not there that it should be. */
export function missingThere(error: unknown, place: Place, path: string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'not-found') return error
  return new UnsiloError('corrupt', `${path} is missing at ${place.name}, and its manifest has it`, { cause: error })
}

/** The last part of its path: a file or folder that begins with the id. */
function parcelName({ id, path, isFolder, stored }: CopiedParcel, place: Place): string {
  const last = path.slice(path.lastIndexOf('/') + 1)
  const name = stored === undefined || isFolder || !last.endsWith(ageSuffix) ? last : last.slice(0, -ageSuffix.length)
  if (splitParcelName(name)?.id === id && isSafe(name)) return name
  throw refused(`the manifest at ${place.name} names ${JSON.stringify(path)} for the parcel ${JSON.stringify(id)}`)
}

/** What a path of a list of hashes is inside of its parcel; `undefined` when it is not inside. */
function pathBelow(path: string, name: string): string | undefined {
  const [first, ...parts] = path.split('/')
  return first === name && parts.length > 0 && parts.every(isSafe) ? parts.join('/') : undefined
}

/** `ID/a/b` lies in `ID/a` and `ID`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function isSafe(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !part.includes('\0')
}

function checkHash(sha256: string, path: string, place: Place): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw refused(`the hash of ${path} at ${place.name} is none: ${JSON.stringify(sha256)}`)
}

function refused(message: string): UnsiloError {
  return new UnsiloError('corrupt', message, { hint: 'Look at it, and at who can write there.' })
}
