import { UnsiloError } from '../../errors.ts'
import { withPrivateFolder } from '../../system/private-folder.ts'
import { createRedactor } from '../../system/redact.ts'
import type { DatabaseAddress } from '../database/address.ts'
import { openPrograms } from '../database/programs.ts'
import {
  type Dump,
  type RestoreOptions,
  type RestoredDatabase,
  checkEmpty,
  forRestore,
  unlogged,
  withState,
} from '../database/restore.ts'
import { connectionOf } from './connection.ts'
import { explainMysql } from './explain.ts'
import { findPrograms } from './find-programs.ts'
import { virtualDatabases } from './mysql.ts'

const countObjects = ['tables.table_schema', 'routines.routine_schema', 'events.event_schema']
  .map((one) => one.split('.'))
  .map(([table, column]) => `(SELECT count(*) FROM information_schema.${table} WHERE ${column} = database())`)
  .join(' + ')

const describe = `SELECT ${countObjects}, default_character_set_name, default_collation_name
  FROM information_schema.schemata WHERE schema_name = database()`

/** Restores a dump of mysqldump or mariadb-dump. These servers cannot take back what has created a table: a failure leaves a part. */
export async function restoreMysql(
  dump: Dump,
  to: DatabaseAddress,
  options: RestoreOptions,
): Promise<RestoredDatabase> {
  const kind = dump.kind === 'mariadb' ? 'mariadb' : 'mysql'
  const found = await findPrograms(kind, options.programs)
  const { client } = found
  return withPrivateFolder(async (folder) => {
    const connection = connectionOf(to, to.password, folder, found)
    const programs = openPrograms(
      {
        folder: options.programs,
        environment: connection.environment,
        redactor: createRedactor(to.password === undefined ? [] : [to.password]),
        install: 'Install the client programs (Debian: mariadb-client, Homebrew: mysql-client).',
        explain: (complaint) => forRestore(explainMysql(complaint)),
      },
      unlogged,
      { datasetPath: options.folder, logs: unlogged, signal: options.signal },
    )
    const parameters = [...connection.parameters, '--default-character-set=utf8mb4']
    const asked = [...parameters, '--batch', '--skip-column-names', `--execute=${describe}`, '--', to.database]
    const [count = '', characters = '', collation = ''] = (await programs.ask(client, asked)).trim().split('\t')
    checkEmpty(to.shown, Number(count), options.overwrite)
    const isEmpty = Number(count) === 0
    if (!isEmpty) {
      checkReplaceable(to)
      const name = `\`${to.database.replaceAll('`', '``')}\``
      const sql = `DROP DATABASE ${name}; CREATE DATABASE ${name} CHARACTER SET ${word(characters)} COLLATE ${word(collation)}`
      try {
        await programs.run(client, [...parameters, `--execute=${sql}`])
      } catch (error) {
        throw withState(error, `look whether ${to.shown} is still there: it was about to be dropped and created anew`)
      }
    }
    try {
      await programs.feed(client, [...parameters, '--', to.database], dump.read())
    } catch (error) {
      const state = isEmpty ? 'was empty before' : 'was emptied before'
      const advice = 'Once the cause is mended, restore again with --overwrite.'
      throw withState(error, `${to.shown} may hold a part of the dump now; it ${state}`, advice)
    }
    return { overwritten: !isEmpty }
  })
}

/** @throws UnsiloError `not-permitted` */
function checkReplaceable({ database, shown }: DatabaseAddress): void {
  if (![...virtualDatabases, 'mysql'].includes(database.toLowerCase())) return
  throw new UnsiloError(
    'not-permitted',
    `${shown} is a part of the server itself, and is not dropped; nothing was touched`,
    {
      hint: 'Restore into another database, and take from there what you need.',
    },
  )
}

/** The name of a character set or of a collation, from the server. */
function word(text: string): string {
  if (/^\w+$/.test(text)) return text
  throw new UnsiloError('command-failed', `the server has told no character set of the database`)
}
