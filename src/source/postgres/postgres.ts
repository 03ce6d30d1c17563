import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { pathFrom } from '../../system/path-from.ts'
import { type PrivateFolder, withPrivateFolder } from '../../system/private-folder.ts'
import { createRedactor } from '../../system/redact.ts'
import { choosesMany, chosenDatabases } from '../database/choice.ts'
import { fileNameOf } from '../database/file-name.ts'
import { type Programs, openPrograms } from '../database/programs.ts'
import { type Proof, closingMarker, notWhole } from '../database/proof.ts'
import type { DatabaseOptions } from '../database/server.ts'
import { tlsOf } from '../database/tls.ts'
import { type ExportContext, type ExportNotes, type ParcelSink, type Source, nothingToNote } from '../source.ts'
import type { PostgresConfig } from './config.ts'
import type { Connection } from '../database/address.ts'
import { connectionOf, databaseParameter } from './connection.ts'
import { explainPostgres } from './explain.ts'
import { restorable } from './restorable.ts'

/** Every database that can be dumped; templates are what new databases are copied from. */
const listDatabases = 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname'

/** pg_dump may end a plain dump with a command for psql that bears a random word (CVE-2025-8714). */
const plainEnd = /\n--\n-- PostgreSQL database dump complete\n--\n\s*(?:\\unrestrict \w+\s*)?$/
const globalsEnd = /\n--\n-- PostgreSQL database cluster dump complete\n--\n\s*(?:\\unrestrict \w+\s*)?$/

/** Databases of a PostgreSQL server, by pg_dump. Each is as it was at one moment. */
export function openPostgresSource(config: PostgresConfig, options: DatabaseOptions): Source {
  return {
    kind: 'postgres',
    resumes: false,
    async export(sink, context) {
      const { password } = config
      const secret = password === undefined ? undefined : await options.readSecret('source.password', password)
      return withPrivateFolder((folder) => exportAll(config, options, sink, context, { folder, secret }))
    },
  }
}

interface Dumper {
  config: PostgresConfig
  programs: Programs
  connection: Connection
  /** What every pg_dump gets. */
  parameters: string[]
  proof(): Proof
}

async function exportAll(
  config: PostgresConfig,
  options: DatabaseOptions,
  sink: ParcelSink,
  context: ExportContext,
  { folder, secret }: { folder: PrivateFolder; secret: string | undefined },
): Promise<ExportNotes> {
  const connection = connectionOf({ ...config, tls: tlsOf(config, options.folder) }, secret, folder)
  const { environment } = connection
  const programFolder = config.programs === undefined ? undefined : pathFrom(options.folder, config.programs)
  const programs = openPrograms(
    {
      ...options,
      folder: programFolder,
      environment,
      redactor: createRedactor(secret === undefined ? [] : [secret]),
      install: "Install PostgreSQL's client programs (Debian: postgresql-client, Homebrew: libpq), or set `programs`.",
      explain: explainPostgres,
    },
    sink,
    context,
  )
  const dumper: Dumper = {
    config,
    programs,
    connection,
    parameters: [
      ...connection.parameters,
      `--format=${config.format}`,
      // What is going to be compressed is smaller when it was not before.
      ...(options.compress === 'none' || config.format === 'plain' ? [] : ['--compress=0']),
      ...config.dump_args,
    ],
    proof: () => {
      if (config.format === 'plain') return closingMarker(plainEnd, 'PostgreSQL database dump complete')
      const program = programFolder === undefined ? 'pg_restore' : join(programFolder, 'pg_restore')
      return restorable(program, environment, context.signal)
    },
  }
  const { database } = config
  try {
    if (
      typeof database !== 'string' ||
      choosesMany(config) ||
      config.globals !== false ||
      config.format === 'directory'
    )
      return await exportFolder(dumper, sink)
    await sink.write(extensionOf(config), dumpOf(dumper, database))
    return nothingToNote
  } finally {
    await programs.close()
  }
}

function extensionOf({ format }: PostgresConfig): string {
  return format === 'plain' ? 'sql' : 'dump'
}

function dumpOf({ programs, parameters, proof }: Dumper, database: string) {
  return programs.stream('pg_dump', [...parameters, databaseParameter(database)], proof())
}

async function exportFolder(dumper: Dumper, sink: ParcelSink): Promise<ExportNotes> {
  const { config, programs, connection } = dumper
  const folder = await sink.folder()
  const list = async (): Promise<string[]> => {
    const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--record-separator-zero']
    const all = [...connection.parameters, ...options, databaseParameter('postgres'), `--command=${listDatabases}`]
    return (await programs.ask('psql', all))
      .split('\0')
      .map((name) => name.replace(/\n$/, ''))
      .filter((name) => name !== '')
  }
  const warnings: string[] = []
  for (const database of await chosenDatabases(config, list)) {
    const name = fileNameOf(database)
    try {
      if (config.format === 'directory') await dumpDirectory(dumper, database, join(sink.path, name))
      else await folder.create(`${name}.${extensionOf(config)}`, dumpOf(dumper, database))
    } catch (error) {
      const isGone = error instanceof UnsiloError && error.code === 'not-found' && config.database === '*'
      if (!isGone) throw error
      warnings.push(`the database ${database} was dropped before it could be dumped`)
    }
  }
  if (config.globals !== false) {
    const more = config.globals === 'no-passwords' ? ['--no-role-passwords'] : []
    const all = [...connection.parameters, '--globals-only', ...more, databaseParameter('postgres')]
    const proof = closingMarker(globalsEnd, 'PostgreSQL database cluster dump complete')
    await folder.create('globals.sql', programs.stream('pg_dumpall', all, proof))
  }
  return { ...nothingToNote, warnings }
}

/** pg_dump writes the files itself; then pg_restore reads all of them. */
async function dumpDirectory({ config, programs, parameters }: Dumper, database: string, path: string): Promise<void> {
  await programs.run('pg_dump', [...parameters, `--jobs=${config.jobs}`, `--file=${path}`, databaseParameter(database)])
  try {
    await programs.run('pg_restore', ['--format=directory', '--file=/dev/null', path])
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'command-failed') throw notWhole(error.message)
    throw error
  }
}
