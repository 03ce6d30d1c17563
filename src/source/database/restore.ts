import { databaseParameter } from '../postgres/connection.ts'

/** What a dump is, as the source's configuration says. */
export type DumpKind = 'postgres custom' | 'postgres plain' | 'postgres directory' | 'mysql' | 'mariadb'

/**
 * The program that brings a dump back into a database that is there and empty, and stops at the first error. It reads the dump,
 * decompressed, from stdin; a folder is named after the parameters.
 *
 * @param connection Parameters that say where the server is.
 */
export function restoreCommand(
  kind: DumpKind,
  connection: readonly string[],
  database: string,
): readonly [string, ...string[]] {
  switch (kind) {
    case 'postgres custom':
      return ['pg_restore', ...connection, '--exit-on-error', databaseParameter(database)]
    case 'postgres directory':
      return ['pg_restore', ...connection, '--format=directory', '--exit-on-error', databaseParameter(database)]
    case 'postgres plain':
      return ['psql', ...connection, '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', databaseParameter(database)]
    case 'mysql':
    case 'mariadb':
      return [kind, ...connection, '--default-character-set=utf8mb4', '--', database]
  }
}

/** Gives 0 for a database that holds nothing yet. */
export function countQuery(kind: DumpKind): string {
  if (kind === 'mysql' || kind === 'mariadb') {
    return 'SELECT count(*) FROM information_schema.tables WHERE table_schema = database()'
  }
  return (
    'SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace ' +
    String.raw`WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'`
  )
}
