import { resolve } from 'node:path'
import { codecForExtension } from '../codec/codec.ts'
import { UnsiloError } from '../errors.ts'
import { systemFiles } from '../system/files.ts'
import type { ArchiveFormat } from './archive.ts'
import { Destination } from './destination.ts'
import type { EntryCounts } from './entry.ts'
import type { StoredEntry } from './stored.ts'
import { readTar } from './tar-read.ts'
import { type ArchiveWarning, Troubles } from './troubles.ts'
import { readZip } from './zip-read.ts'

export interface ExtractResult extends EntryCounts {
  warnings: ArchiveWarning[]
}

export interface ExtractOptions {
  /** What the archive is; by its name when it is missing. */
  format?: ArchiveFormat | undefined
  signal?: AbortSignal | undefined
}

/**
 * Extracts an archive into a folder, which is created when it is missing. Nothing is written outside of it, and no file
 * that is there is replaced. Modes and times are restored, owners are not, and so neither are setuid and setgid.
 *
 * @throws UnsiloError `wrong-content` for an archive that is damaged or leads out of the folder, `clash` for a file that
 * is there. What was extracted until then is still there.
 */
export async function extractArchive(
  path: string,
  folder: string,
  { format, signal }: ExtractOptions = {},
): Promise<ExtractResult> {
  const entries = readerOf(path, format ?? formatOf(path), signal)
  const troubles = new Troubles('reject')
  const counts: EntryCounts = { files: 0, folders: 0, links: 0 }
  const destination = new Destination(resolve(folder))
  for await (const entry of entries) {
    signal?.throwIfAborted()
    if (entry.kind === 'special') {
      troubles.special(entry.name, 'device')
      continue
    }
    counts[entry.kind === 'folder' ? 'folders' : entry.kind === 'link' ? 'links' : 'files']++
    if (entry.kind === 'folder') destination.folder(entry)
    else if (entry.kind === 'link') destination.link(entry)
    else if (entry.kind === 'hard link') destination.hardLink(entry)
    else await writeFile(entry, destination, signal)
  }
  destination.finish()
  return { ...counts, warnings: troubles.warnings }
}

async function writeFile(entry: StoredEntry, destination: Destination, signal: AbortSignal | undefined): Promise<void> {
  const file = destination.file(entry)
  try {
    for await (const chunk of entry.body()) {
      signal?.throwIfAborted()
      await file.write(chunk)
    }
    file.setModeAndTime(entry)
  } catch (error) {
    file.discard()
    throw error
  }
  file.close()
}

function readerOf(path: string, format: ArchiveFormat, signal: AbortSignal | undefined): AsyncIterable<StoredEntry> {
  if (format === 'zip') return readZip(path)
  const codec = codecForExtension(format.slice(format.indexOf('.') + 1))
  const bytes = systemFiles.read(path)
  return readTar(codec === undefined ? bytes : codec.decompress(bytes, signal))
}

function formatOf(path: string): ArchiveFormat {
  const known = /\.(zip|tar|tar\.gz|tgz|tar\.zst)$/i.exec(path)?.[1]?.toLowerCase()
  if (known !== undefined) return (known === 'tgz' ? 'tar.gz' : known) as ArchiveFormat
  throw new UnsiloError('usage', `cannot tell by its name what archive ${path} is`, {
    hint: 'unsilo extracts zip, tar, tar.gz and tar.zst.',
  })
}
