import type { PackedParcel } from '../../parcel/pack-file.ts'
import type { Files } from '../../system/files.ts'
import { type ParcelDigest, openDigest } from './digest.ts'
import { type PackReader, type ReadablePack, openPackReader } from './read-pack.ts'

/** Reads a pack to its last byte: what each of its parcels is, in order. @throws UnsiloError `corrupt` */
export async function readDigests(files: Files, pack: ReadablePack, signal: AbortSignal): Promise<ParcelDigest[]> {
  const reader = openPackReader(files, pack, signal)
  try {
    const digests: ParcelDigest[] = []
    for (const parcel of pack.index.parcels) digests.push(await digestOf(reader, parcel))
    return digests
  } finally {
    await reader.close()
  }
}

async function digestOf(reader: PackReader, parcel: PackedParcel): Promise<ParcelDigest> {
  const digest = openDigest(parcel.isFolder)
  for await (const entry of reader.entries(parcel)) for await (const _ of digest.add(entry).body()) continue
  return digest.end()
}
