import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FileInfo, Files } from '../../system/files.ts'
import { isTemporaryName } from '../../system/replace-file.ts'
import { version } from '../../version.ts'
import { type ViewDefinition, extractFingerprint } from '../definition.ts'
import { type Extract, extractParcel } from '../extract.ts'
import { KnownItems } from '../input/json/known-items.ts'
import { type BaseExtract, readExtract, writeExtract } from './extract-file.ts'
import type { ViewParcel } from './view-parcel.ts'

/** The extracts of a view's parcels, kept in files. */
export interface Extracts {
  /** Calls for parcels in the order of their ids are fastest: each is kept as what differs from the one before. */
  load(parcel: ViewParcel): Promise<Extract>
  /** Ids of the parcels that had to be read, because no file had what is in them. */
  readonly read: string[]
  /** Removes the files that belong to none of these parcels. */
  tidy(parcels: readonly ViewParcel[], now: Date): Promise<void>
}

/** An extract that is based on one that is based on another, and so on, is only followed so far. */
const deepest = 100

export function openExtracts(files: Files, folder: string, definition: ViewDefinition): Extracts {
  const fingerprint = extractFingerprint(definition)
  const read: string[] = []
  // Of the parcel before, and the one before that: bases are among them, unless a parcel was removed.
  let recent: BaseExtract[] = []
  const remember = (id: string, extract: Extract): void => {
    recent = [{ id, extract }, ...recent.filter((one) => one.id !== id)].slice(0, 3)
  }

  const find = async (id: string, depth = 0): Promise<{ extract: Extract; base: string | undefined } | undefined> => {
    if (depth > deepest) return undefined
    return readExtract(files, join(folder, id), id, parcelOf(id), async (base) => {
      const known = recent.find((one) => one.id === base)?.extract
      return known ?? (await find(base, depth + 1))?.extract
    })
  }

  let before: BaseExtract | undefined
  return {
    read,
    async load(parcel) {
      const id = idOf(parcel, fingerprint)
      const base = before
      const found = await find(id)
      const extract = found?.extract ?? (await readParcel(parcel, definition, base?.extract))
      if (found === undefined) read.push(parcel.id)
      // A base that is no parcel of the view any more could not be removed otherwise.
      if (found === undefined || found.base !== base?.id) await writeExtract(files, join(folder, id), id, extract, base)
      before = { id, extract }
      remember(id, extract)
      return extract
    },
    async tidy(parcels, now) {
      const ids = new Set(parcels.map((parcel) => idOf(parcel, fingerprint)))
      for (const { name } of files.list(folder)) {
        const path = join(folder, name)
        if (ids.has(name) || (isTemporaryName(name) && isYoung(files.info(path), now))) continue
        await files.remove(path)
      }
    },
  }
}

function readParcel(parcel: ViewParcel, definition: ViewDefinition, before: Extract | undefined): Promise<Extract> {
  const known = before && new KnownItems([...before.items.values()].map(({ json }) => json))
  return extractParcel(parcel.id, parcel.read(known), definition, before)
}

/** Fixed-width parcel id, then what the extract depends on. A later version of unsilo may read more of a parcel, or better. */
function idOf({ id, content }: ViewParcel, fingerprint: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([version, fingerprint, content]))
    .digest('hex')
  return `${id}-${hash.slice(0, 32)}.extract`
}

/** Another process may be writing it. */
function isYoung(info: FileInfo | undefined, now: Date): boolean {
  return info !== undefined && now.getTime() - info.modifiedAt.getTime() < 60 * 60_000
}

function parcelOf(id: string): string {
  return id.slice(0, '2020-02-15T010203Z'.length)
}
