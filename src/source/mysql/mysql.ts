import { pathFrom } from '../../system/path-from.ts'
import { type PrivateFolder, withPrivateFolder } from '../../system/private-folder.ts'
import { createRedactor } from '../../system/redact.ts'
import { choosesMany, chosenDatabases } from '../database/choice.ts'
import { fileNameOf } from '../database/file-name.ts'
import { openPrograms } from '../database/programs.ts'
import { closingMarker } from '../database/proof.ts'
import type { DatabaseOptions } from '../database/server.ts'
import { tlsOf } from '../database/tls.ts'
import { type ExportContext, type ExportNotes, type ParcelSink, type Source, nothingToNote } from '../source.ts'
import type { MysqlConfig } from './config.ts'
import { connectionOf } from './connection.ts'
import { explainMysql } from './explain.ts'
import { findPrograms } from './find-programs.ts'

/** Made up by the server from what is elsewhere. */
export const virtualDatabases = ['information_schema', 'performance_schema', 'sys', 'ndbinfo']
/** Holds the users and what they may do, without which the others are of little use. */
const always = ['mysql']

const alwaysGiven = [
  '--quick --routines --events --triggers --hex-blob --default-character-set=utf8mb4',
  // A file such as ~/.my.cnf may say otherwise.
  '--no-tablespaces --comments --skip-dump-date --skip-force',
].flatMap((line) => line.split(' '))

const dumpEnd = /\n-- Dump completed(?: on [\d :-]+)?\n$/

/** Databases of a MySQL or MariaDB server, by mysqldump or mariadb-dump. Tables that know transactions are as they were at one moment. */
export function openMysqlSource(config: MysqlConfig, options: DatabaseOptions): Source {
  return {
    kind: config.kind,
    resumes: false,
    async export(sink, context) {
      const { password } = config
      const secret = password === undefined ? undefined : await options.readSecret('source.password', password)
      return withPrivateFolder((folder) => exportAll(config, options, sink, context, { folder, secret }))
    },
  }
}

async function exportAll(
  config: MysqlConfig,
  options: DatabaseOptions,
  sink: ParcelSink,
  context: ExportContext,
  { folder, secret }: { folder: PrivateFolder; secret: string | undefined },
): Promise<ExportNotes> {
  const programFolder = config.programs === undefined ? undefined : pathFrom(options.folder, config.programs)
  const found = await findPrograms(config.kind, programFolder)
  const address = { ...config, tls: tlsOf(config, options.folder) }
  const connection = connectionOf(address, secret, folder, found)
  const { environment } = connection
  const programs = openPrograms(
    {
      ...options,
      folder: programFolder,
      environment,
      redactor: createRedactor(secret === undefined ? [] : [secret]),
      install: `Install the client programs (Debian: mariadb-client, Homebrew: mysql-client), or set \`programs\`.`,
      explain: explainMysql,
    },
    sink,
    context,
  )
  // The two exclude each other; tables without transactions are only consistent while they are locked.
  const isLocked = config.dump_args.some((argument) => argument.startsWith('--lock-'))
  const dumpOptions = [...(isLocked ? [] : ['--single-transaction']), ...alwaysGiven, ...config.dump_args]
  const dumpOf = (database: string) =>
    programs.stream(
      found.dump,
      [...connection.parameters, ...dumpOptions, '--', database],
      closingMarker(dumpEnd, '-- Dump completed'),
    )
  const exportFolder = async (): Promise<void> => {
    const parcel = await sink.folder()
    const list = async (): Promise<string[]> => {
      const options = ['--default-character-set=utf8mb4', '--batch', '--skip-column-names', '--raw']
      const all = [...connection.parameters, ...options, '--execute=SHOW DATABASES']
      const names = (await programs.ask(found.client, all)).split('\n')
      return names.filter((name) => name !== '' && !virtualDatabases.includes(name.toLowerCase()))
    }
    for (const one of await chosenDatabases(config, list, always))
      await parcel.create(`${fileNameOf(one)}.sql`, dumpOf(one))
  }
  const { database } = config
  try {
    if (typeof database !== 'string' || choosesMany(config)) await exportFolder()
    else await sink.write('sql', dumpOf(database))
    return nothingToNote
  } finally {
    await programs.close()
  }
}
