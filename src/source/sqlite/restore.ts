import { dirname } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { createRedactor } from '../../system/redact.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import { openPrograms } from '../database/programs.ts'
import { type Dump, type RestoreOptions, type RestoredDatabase, unlogged, withState } from '../database/restore.ts'
import { lockWaitMs, magic, quoted, readHeader, shell, shellPath } from './copy.ts'
import { explainSqlite } from './sqlite.ts'

/**
 * Puts a copy in its place. A file that is there is not replaced but overwritten by SQLite itself, in one transaction: programs
 * that have it open see the old content or the new one, and no log of the old one is left beside the new one.
 */
export async function restoreSqlite(dump: Dump, to: string, options: RestoreOptions): Promise<RestoredDatabase> {
  const { files, signal } = options
  const isThere = await look(files, to, options.overwrite)
  const temporary = temporaryPath(to)
  try {
    await write(dump, temporary, options)
    signal.throwIfAborted()
    if (isThere) await overwrite(temporary, to, options)
    else {
      if (files.info(to)?.sizeBytes === 0) await files.remove(to)
      files.rename(temporary, to)
      await files.sync(dirname(to))
    }
  } catch (error) {
    throw withState(error, isThere ? `${to} is as it was before` : 'nothing was restored')
  } finally {
    await files.remove(temporary)
  }
  return { overwritten: isThere }
}

/** Whether there is a database. @throws UnsiloError `clash`, `not-found` */
async function look(files: Files, to: string, overwrite: boolean): Promise<boolean> {
  const info = files.info(to)
  if (files.info(dirname(to))?.kind !== 'folder') {
    throw new UnsiloError('not-found', `there is no folder ${dirname(to)} to restore into`, {
      hint: 'Create it, or mount the disk that it lies on.',
    })
  }
  if (info === undefined || info.sizeBytes === 0) {
    const left = ['-wal', '-shm', '-journal'].map((end) => `${to}${end}`).find((path) => files.info(path) !== undefined)
    if (left === undefined) return false
    throw new UnsiloError('clash', `${left} belongs to another database than the one to restore; nothing was touched`, {
      hint: 'SQLite would take it for a log of the restored one: move it away.',
    })
  }
  const isDatabase = info.kind === 'file' && (await readHeader(files, to)).toString('latin1', 0, magic.length) === magic
  if (isDatabase && overwrite) return true
  throw new UnsiloError('clash', `${to} ${isDatabase ? 'exists' : 'is no SQLite database'}; nothing was touched`, {
    hint: isDatabase ? 'Name another file, or throw away what it holds with --overwrite.' : 'Name another file.',
  })
}

async function write(dump: Dump, path: string, { files, signal }: RestoreOptions): Promise<void> {
  const sink = await files.create(path)
  try {
    for await (const chunk of dump.read()) {
      signal.throwIfAborted()
      await sink.write(chunk)
    }
    await sink.sync()
  } finally {
    await sink.close()
  }
}

async function overwrite(from: string, to: string, { folder, signal }: RestoreOptions): Promise<void> {
  const programs = openPrograms(
    {
      folder: undefined,
      environment: { LC_ALL: 'C' },
      redactor: createRedactor([]),
      install: "Install SQLite's program (Debian: sqlite3, Homebrew: sqlite).",
      explain: explainSqlite,
    },
    unlogged,
    { datasetPath: folder, logs: unlogged, signal },
  )
  const commands = [`.timeout ${lockWaitMs}`, `.restore main ${quoted(from)}`]
  await programs.run('sqlite3', [...shell, shellPath(to), ...commands])
}
