import { UnsiloError } from '../../errors.ts'
import type { PublishedEvent } from '../../ledger/event.ts'
import type { ParcelId } from '../../parcel/id.ts'
import * as z from 'zod'

/** What a target has of a dataset: a parcel that is not in it is not whole, or is about to go. */
export interface CopyManifest {
  dataset: string
  /** Oldest first. */
  parcels: CopiedParcel[]
}

/** `docs/format.md` describes it for readers without unsilo. */
export interface CopiedParcel {
  id: ParcelId
  /** At the target: of its file, or of its folder. */
  path: string
  isFolder: boolean
  files: number
  /** As in the root, before encryption. */
  bytes: number
  /** As in the `sealed` line of the ledger: of the file; of a folder, that of its list of hashes. */
  sha256: string
  /** Only where it is encrypted: what is stored there. */
  stored?: { bytes: number; sha256: string }
}

export const manifestName = 'manifest.json'

const version = 1

const manifest = z.object({
  unsilo: z.literal(version),
  dataset: z.string(),
  parcels: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      isFolder: z.boolean(),
      files: z.number(),
      bytes: z.number(),
      sha256: z.string(),
      stored: z.object({ bytes: z.number(), sha256: z.string() }).exactOptional(),
    }),
  ),
})

/** @param from What is read, for messages. @throws UnsiloError `corrupt` */
export function parseCopyManifest(text: string, from: string): CopyManifest {
  let read: ReturnType<typeof manifest.safeParse> | undefined
  try {
    read = manifest.safeParse(JSON.parse(text))
  } catch {
    // Told below.
  }
  if (read?.success === true) return { dataset: read.data.dataset, parcels: read.data.parcels }
  throw new UnsiloError('corrupt', `${from} cannot be read: it is no manifest of version ${version}`, {
    hint: 'A newer unsilo may have written it. The files beside it can be used without it: see RECOVER.md there.',
  })
}

/** As text: a line for each parcel, so that ordinary tools find one. */
export function writeCopyManifest({ dataset, parcels }: CopyManifest): string {
  const sorted = parcels.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const lines = sorted.map((parcel) => JSON.stringify(parcel)).join(',\n')
  return `{"unsilo":${version},"dataset":${JSON.stringify(dataset)},"parcels":[\n${lines}\n]}\n`
}

/** What a `published` line says of a copy. */
export function copiedParcel({ parcel, path, folder, files, bytes, sha256, stored }: PublishedEvent): CopiedParcel {
  const encrypted = stored === undefined ? {} : { stored }
  return { id: parcel, path, isFolder: folder === true, files, bytes, sha256, ...encrypted }
}
