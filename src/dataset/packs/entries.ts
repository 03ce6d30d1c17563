import { type TarEntry } from '../../archive/tar-read.ts'
import { tarHeader, tarType } from '../../archive/tar-header.ts'
import { walkTrees } from '../../archive/tree.ts'
import { Troubles } from '../../archive/troubles.ts'
import { UnsiloError } from '../../errors.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { lookAt, sayBytes } from '../../system/byte-files.ts'
import type { Files } from '../../system/files.ts'

/** A file, folder or link of a parcel, on the way into a pack or out of it. */
export interface PackEntry extends Pick<TarEntry, 'mode' | 'modifiedNs' | 'target' | 'sizeBytes' | 'body'> {
  kind: 'file' | 'folder' | 'link'
  /** Relative to `data/`; none begins or ends with a slash. */
  name: Buffer
}

const none = Buffer.alloc(0)

/**
 * What a parcel is on disk, a folder before what is in it. Files with several names are several files.
 *
 * @throws UnsiloError `busy` from a body when its file has another size by then
 */
export function* entriesOnDisk(files: Files, { name, path, isFolder }: StoredParcel): Generator<PackEntry> {
  if (!isFolder) {
    yield fileEntry(files, Buffer.from(name), Buffer.from(path))
    return
  }
  const troubles = new Troubles('reject')
  for (const entry of walkTrees([{ folder: path, name }], troubles)) {
    if (entry.kind === 'file') yield fileEntry(files, entry.name, entry.path)
    else {
      const { mode, modifiedNs } = entry.seen
      const target = entry.kind === 'link' ? entry.target : none
      yield { kind: entry.kind, name: entry.name, mode, modifiedNs, target, sizeBytes: 0, body: emptyBody }
    }
  }
  const [trouble] = troubles.warnings
  if (trouble !== undefined) throw new UnsiloError('wrong-content', trouble.message, { hint: 'It stays as it is.' })
}

function fileEntry(files: Files, name: Buffer, path: Buffer): PackEntry {
  const { kind, mode, modifiedNs, sizeBytes } = lookAt(path)
  if (kind !== 'file') {
    throw new UnsiloError('wrong-content', `${sayBytes(path)} is a ${kind}, and no file`, {
      hint: 'It stays as it is.',
    })
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    let read = 0
    for await (const chunk of files.read(path.toString())) {
      read += chunk.length
      if (read > sizeBytes) break
      yield chunk
    }
    if (read === sizeBytes) return
    throw new UnsiloError('busy', `${sayBytes(path)} changed while it was read`, {
      hint: 'A sealed parcel never changes: find out what writes to it.',
    })
  }
  return { kind, name, mode, modifiedNs, target: none, sizeBytes, body }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** An entry of a pack as it was on the way in. @throws UnsiloError `wrong-content` for what no pack holds */
export function readEntry(entry: TarEntry): PackEntry {
  const { kind } = entry
  const name = entry.name.at(-1) === 0x2f ? entry.name.subarray(0, -1) : entry.name
  if (kind === 'file' || kind === 'folder' || kind === 'link') return { ...entry, kind, name }
  throw new UnsiloError('wrong-content', `it holds "${sayBytes(entry.name)}", a ${kind}`)
}

/** The block of the archive that says what follows. Owners are left out: they are others on the next machine. */
export function headerOf({ kind, name, mode, modifiedNs, target, sizeBytes }: PackEntry): Buffer {
  const info = { mode, modifiedNs, uid: 0, gid: 0 }
  if (kind === 'file') return tarHeader({ type: tarType.file, name, info, sizeBytes })
  if (kind === 'link') return tarHeader({ type: tarType.link, name, info, sizeBytes: 0, linkName: target })
  return tarHeader({ type: tarType.folder, name: Buffer.concat([name, Buffer.from('/')]), info, sizeBytes: 0 })
}
