import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { isTemporaryName, temporaryPath } from '../../system/replace-file.ts'

/** A file that was made of a view. */
export interface ViewFile {
  /** Relative to the folder, with `/` between its parts. */
  path: string
  bytes: number
  sha256: string
  /** Its content is another one than before. */
  isNew: boolean
}

/** Broken-off writes of other processes may still be at work; what is older was left by one that was killed. */
const leftAfterMs = 3_600_000

/**
 * Writes a file so that a reader sees the old one or the new one, and leaves it alone when its content is the same.
 *
 * @param mayReplace What lies there is of our own.
 * @throws The error of the body, or `UnsiloError`; either way the old file is untouched.
 */
export async function writeViewFile(
  files: Files,
  folder: string,
  path: string,
  body: AsyncIterable<string | Uint8Array>,
  mayReplace = true,
): Promise<ViewFile> {
  const full = join(folder, path)
  const parent = dirname(full)
  const isNewFolder = files.info(parent) === undefined
  files.makeFolder(parent)
  if (isNewFolder) await files.sync(dirname(parent))
  if (files.info(full)?.kind === 'folder') {
    throw new UnsiloError('clash', `${full} is a folder, and a file is to be written there`, {
      hint: 'Move the folder, or change `file` or `folder` in config.toml.',
    })
  }
  const temporary = temporaryPath(join(parent, 'view'))
  const hash = createHash('sha256')
  let bytes = 0
  const sink = await files.create(temporary)
  try {
    try {
      for await (const piece of body) {
        const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
        hash.update(chunk)
        bytes += chunk.length
        await sink.write(chunk)
      }
      await sink.sync()
    } finally {
      await sink.close()
    }
    const sha256 = hash.digest('hex')
    const isNew = (await hashOf(files, full, bytes)) !== sha256
    if (isNew) {
      if (!mayReplace && files.info(full) !== undefined) {
        throw new UnsiloError('clash', `${full} is there already, and unsilo has not made it`, {
          hint: 'Move it away, or change `file` or `folder` in config.toml.',
        })
      }
      files.rename(temporary, full)
      await files.sync(parent)
    } else await files.remove(temporary)
    return { path, bytes, sha256, isNew }
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw error
  }
}

/** Of what lies there; `undefined` when it is nothing, or of another size. */
async function hashOf(files: Files, path: string, bytes: number): Promise<string | undefined> {
  const info = files.info(path)
  if (info?.kind !== 'file' || info.sizeBytes !== bytes) return undefined
  const hash = createHash('sha256')
  for await (const chunk of files.read(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Removes what killed runs have left half written in a folder and those in it. */
export async function clearLeftovers(files: Files, folder: string, now: Date): Promise<void> {
  for (const { name, kind } of files.list(folder)) {
    const path = join(folder, name)
    if (kind === 'folder') await clearLeftovers(files, path, now)
    if (kind !== 'file' || !isTemporaryName(basename(path))) continue
    const changed = files.info(path)?.modifiedAt.getTime() ?? 0
    if (now.getTime() - changed > leftAfterMs) await files.remove(path)
  }
}

/** Says that a file is written by one block only. @throws UnsiloError `clash` */
export function takePath(taken: Map<string, string>, folder: string, path: string, name: string): void {
  const full = join(folder, path)
  const other = taken.get(full)
  if (other !== undefined && other !== name) {
    throw new UnsiloError('clash', `publish_view ${other} has already written ${full}`, {
      hint: 'Give one of them another `file` or `folder`.',
    })
  }
  taken.set(full, name)
}
