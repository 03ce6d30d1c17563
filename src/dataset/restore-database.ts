import { UnsiloError } from '../errors.ts'
import type { ParcelId } from '../parcel/id.ts'
import { type DatabaseAddress, parseDatabaseUrl } from '../source/database/address.ts'
import type { Dump, RestoreOptions, RestoredDatabase } from '../source/database/restore.ts'
import { pathFrom } from '../system/path-from.ts'
import type { Context, Dataset } from './dataset.ts'
import { databaseConfigOf, dumpInParcel } from './dump-in-parcel.ts'
import { isEvent, readHistory } from './history.ts'
import { type LentParcel, withParcel } from './packs/lend.ts'
import { checkWhole, chooseParcel } from './restore.ts'

export interface RestoreDatabaseOptions {
  /** The newest good one when it is missing. */
  parcel?: ParcelId | undefined
  /** As the parcel names it. */
  database: string
  /** URL of an empty database; of an SQLite database a file that does not exist. */
  to: string
  /** Relative files start here. */
  folder: string
  /** What is there is thrown away. */
  overwrite?: boolean
  /** Read when it is needed; the programs find one themselves where there is none. */
  readPassword?: (() => Promise<string>) | undefined
}

export interface RestoredToDatabase extends RestoredDatabase {
  dataset: string
  parcel: ParcelId
  state: 'good' | 'suspect'
  database: string
  /** The URL without its password, or the file. */
  to: string
  /** It was compared with the hashes of its seal; false where it has none. */
  verified: boolean
  warnings: string[]
}

/**
 * Restores one database of a parcel, after the parcel's hashes were checked; the dataset is only read.
 *
 * @throws UnsiloError that says in which state the database is; before anything is touched `corrupt` when the parcel is not what
 *   was sealed, `clash` when the database is not empty
 */
export async function restoreDatabase(
  dataset: Dataset,
  context: Context,
  options: RestoreDatabaseOptions,
): Promise<RestoredToDatabase> {
  const { files } = context.system
  const config = databaseConfigOf(dataset)
  const address = config.kind === 'sqlite' ? undefined : addressOf(config.kind, options)
  const to = address?.shown ?? fileOf(options)
  const parcel = chooseParcel(dataset, readHistory(files, dataset.layout), options.parcel)
  const restoreFrom = async ({ stored, dataset: from }: LentParcel): Promise<RestoredDatabase> => {
    const dump = dumpInParcel(dataset, context, stored, options.database)
    await checkWhole(from, context, { ...parcel, stored })
    context.onProgress?.({ dataset: dataset.name, step: 'restoring', note: to })
    const folder = dataset.layout.folder
    const programs =
      'programs' in config && config.programs !== undefined ? pathFrom(folder, config.programs) : undefined
    const { overwrite = false } = options
    const password = address?.password ?? (await options.readPassword?.())
    return carryOut(dump, address === undefined ? to : { ...address, password }, {
      files,
      signal: context.signal,
      folder,
      programs,
      overwrite,
    }).catch((error: unknown) => {
      throw context.signal.aborted ? asCancelled(error) : error
    })
  }
  const restored = await withParcel(dataset, context, parcel.stored, restoreFrom)
  const warnings =
    address?.password === undefined
      ? []
      : [
          'the password in --to can be seen by all users while unsilo runs, and stays in the history of the shell; see --password-file',
        ]
  const { id, state, ended } = parcel
  const verified = isEvent(ended, 'sealed')
  return { dataset: dataset.name, parcel: id, state, database: options.database, to, verified, ...restored, warnings }
}

/** The code of each system is loaded on first use. */
async function carryOut(dump: Dump, to: string | DatabaseAddress, options: RestoreOptions): Promise<RestoredDatabase> {
  if (typeof to === 'string') return (await import('../source/sqlite/restore.ts')).restoreSqlite(dump, to, options)
  if (to.system === 'postgres')
    return (await import('../source/postgres/restore.ts')).restorePostgres(dump, to, options)
  return (await import('../source/mysql/restore.ts')).restoreMysql(dump, to, options)
}

function addressOf(kind: 'postgres' | 'mysql' | 'mariadb', { to, folder }: RestoreDatabaseOptions): DatabaseAddress {
  const address = parseDatabaseUrl(to, folder)
  if (address.system === (kind === 'postgres' ? 'postgres' : 'mysql')) return address
  throw new UnsiloError('usage', `--to names a database of another system than ${kind}`, {
    hint: 'A dump goes back into the system that it is from.',
  })
}

function fileOf({ to, folder }: RestoreDatabaseOptions): string {
  if (!/^[a-z]+:\/\//i.test(to)) return pathFrom(folder, to)
  throw new UnsiloError('usage', '--to is a URL, and an SQLite database is restored into a file', {
    hint: 'Name the file.',
  })
}

/** An interrupted restore ends with its own code, and still says in which state the database is. */
function asCancelled(error: unknown): unknown {
  if (!(error instanceof UnsiloError) || error.code === 'cancelled') return error
  return new UnsiloError('cancelled', error.message, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}
