import { dirname, join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { createRedactor } from '../../system/redact.ts'
import { type Programs, openPrograms } from '../database/programs.ts'
import type { DatabaseOptions } from '../database/server.ts'
import { type ExportNotes, type ParcelSink, type Source, nothingToNote } from '../source.ts'
import type { SqliteConfig } from './config.ts'
import { copyDatabase } from './copy.ts'
import { type FoundDatabases, findDatabases } from './find.ts'

interface SqliteOptions extends Omit<DatabaseOptions, 'readSecret'> {
  files: Files
}

/** SQLite databases, copied by sqlite3 while their programs go on with them. */
export function openSqliteSource(config: SqliteConfig, options: SqliteOptions): Source {
  return {
    kind: 'sqlite',
    resumes: false,
    async export(sink, context) {
      const { files } = options
      const found = await findDatabases(config, files, options.folder)
      const install = "Install SQLite's program (Debian: sqlite3, Homebrew: sqlite)."
      const redactor = createRedactor([])
      const programs = openPrograms(
        { ...options, folder: undefined, environment: { LC_ALL: 'C' }, redactor, install, explain: explainSqlite },
        sink,
        context,
      )
      if (found.kind === 'many') return copyMany(found, programs, options, sink)
      const warning = await copyDatabase(programs, files, found.path, `${sink.path}.sqlite`)
      return noted([warning])
    },
  }
}

async function copyMany(
  { databases }: Extract<FoundDatabases, { kind: 'many' }>,
  programs: Programs,
  { files, compress }: SqliteOptions,
  sink: ParcelSink,
): Promise<ExportNotes> {
  const folder = await sink.folder()
  const warnings: (string | undefined)[] = []
  for (const { path, name } of databases) {
    const copy = join(sink.path, name)
    files.makeFolder(dirname(copy))
    warnings.push(await copyDatabase(programs, files, path, copy))
    if (compress === 'none') continue
    await folder.create(name, files.read(copy))
    await files.remove(copy)
  }
  return noted(warnings)
}

function noted(warnings: readonly (string | undefined)[]): ExportNotes {
  return { ...nothingToNote, warnings: warnings.filter((warning) => warning !== undefined) }
}

/** What sqlite3 complains of (https://www.sqlite.org/rescode.html). */
export function explainSqlite(complaint: string): UnsiloError | undefined {
  const said = complaint.trim().replaceAll(/\s*\n\s*/g, '; ')
  if (/malformed|disk image|is not a database/.test(said)) {
    return new UnsiloError('corrupt', `the database is damaged; sqlite3: ${said}`, {
      hint: '`sqlite3 FILE .recover` may save what is in it; look for an older parcel.',
    })
  }
  if (/database is locked/.test(said)) {
    return new UnsiloError('command-failed', 'the database is locked by another program', {
      hint: 'Export when that program is not writing, or set `retries`.',
      retryable: true,
    })
  }
  if (/readonly database|unable to open/.test(said)) {
    return new UnsiloError('not-permitted', `sqlite3: ${said}`, {
      hint: "A database in WAL mode, or one left by a crash, needs this user's right to write in its folder.",
    })
  }
  return /database or disk is full/.test(said)
    ? new UnsiloError('no-space', 'the disk is full', { retryable: true })
    : undefined
}
