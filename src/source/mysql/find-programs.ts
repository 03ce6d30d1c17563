import { join } from 'node:path'
import { versionOf } from '../../system/machine.ts'
import type { MysqlConfig } from './config.ts'

/** Names of the programs to use; either system's programs understand the other's server. */
export interface MysqlPrograms {
  dump: string
  client: string
  /** They are MariaDB's, also under MySQL's names. */
  isMariadb: boolean
}

/** @param folder Where they are; `undefined`: on the search path. */
export async function findPrograms(kind: MysqlConfig['kind'], folder: string | undefined): Promise<MysqlPrograms> {
  const mysql = { dump: 'mysqldump', client: 'mysql' }
  const mariadb = { dump: 'mariadb-dump', client: 'mariadb' }
  for (const pair of kind === 'mariadb' ? [mariadb, mysql] : [mysql, mariadb]) {
    const version = await versionOf(folder === undefined ? pair.dump : join(folder, pair.dump))
    if (version !== undefined) return { ...pair, isMariadb: /mariadb/i.test(version) }
  }
  return kind === 'mariadb' ? { ...mariadb, isMariadb: true } : { ...mysql, isMariadb: false }
}
