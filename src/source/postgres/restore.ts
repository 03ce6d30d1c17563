import type { Bytes } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { withPrivateFolder } from '../../system/private-folder.ts'
import { createRedactor } from '../../system/redact.ts'
import type { DatabaseAddress } from '../database/address.ts'
import { type Programs, openPrograms } from '../database/programs.ts'
import {
  type Dump,
  type RestoreOptions,
  type RestoredDatabase,
  checkEmpty,
  forRestore,
  unlogged,
  withState,
} from '../database/restore.ts'
import { connectionOf, databaseParameter } from './connection.ts'
import { countObjects, dropObjects } from './empty.ts'
import { explainPostgres } from './explain.ts'

/**
 * Restores a dump in one transaction: when it fails, the database is as it was before, also one that is overwritten. Whatever the
 * format is, psql carries it out: pg_restore makes SQL of its own formats.
 */
export async function restorePostgres(
  dump: Dump,
  to: DatabaseAddress,
  options: RestoreOptions,
): Promise<RestoredDatabase> {
  return withPrivateFolder(async (folder) => {
    const { parameters, environment } = connectionOf(to, to.password, folder)
    const programs = openPrograms(
      {
        folder: options.programs,
        environment,
        redactor: createRedactor(to.password === undefined ? [] : [to.password]),
        install: "Install PostgreSQL's client programs (Debian: postgresql-client, Homebrew: libpq).",
        explain: (complaint) => explainRestore(complaint) ?? forRestore(explainPostgres(complaint)),
      },
      unlogged,
      { datasetPath: options.folder, logs: unlogged, signal: options.signal },
    )
    const psql = [...parameters, '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', databaseParameter(to.database)]
    const ask = ['--tuples-only', '--no-align', `--command=${countObjects}`]
    const count = Number(await programs.ask('psql', [...psql, ...ask]))
    checkEmpty(to.shown, count, options.overwrite)
    const first = count === 0 ? [] : [`--command=${dropObjects}`]
    try {
      await programs.feed('psql', [...psql, '--single-transaction', ...first, '--file=-'], scriptOf(dump, programs))
    } catch (error) {
      throw withState(error, `nothing of it was kept: ${to.shown} is as it was before`)
    }
    return { overwritten: count > 0 }
  })
}

/** The dump as SQL. */
function scriptOf({ kind, path, read }: Dump, programs: Programs): Bytes {
  if (kind === 'postgres plain') return read()
  const isFolder = kind === 'postgres directory'
  const format = isFolder ? 'directory' : 'custom'
  return programs.convert(
    'pg_restore',
    [`--format=${format}`, '--file=-', ...(isFolder ? [path] : [])],
    isFolder ? nothing() : read(),
  )
}

async function* nothing(): Bytes {}

/** Errors of statements; that of a role that is missing would be taken for a refused login. */
function explainRestore(complaint: string): UnsiloError | undefined {
  const said = /\bERROR: +([^\n]*)/.exec(complaint)?.[1]
  if (said === undefined || /^(?:permission denied|must be )/.test(said)) return undefined
  const hint = /^role ".*" does not exist/.test(said)
    ? 'Create the role first; with `globals = true` the parcel has them all in globals.sql, for psql.'
    : /cannot run inside a transaction block|cannot be executed from/.test(said)
      ? 'The dump was made with `--create`, and so is for psql by hand: docs/databases.md says how.'
      : said.endsWith('" does not exist')
        ? 'A dump made with `--clean` drops what is not there: with `--if-exists` it would not fail. Or an extension is missing.'
        : /out of shared memory/.test(said)
          ? 'Raise max_locks_per_transaction of the server: the restore is one transaction.'
          : "The server's version may be older than the dump's, or an extension that it needs may be missing."
  return new UnsiloError('command-failed', `the server says: ${said}`, { hint })
}
