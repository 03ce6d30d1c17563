import * as z from 'zod'
import { folderConfig } from '../source/folder/config.ts'
import { mariadbConfig, mysqlConfig } from '../source/mysql/config.ts'
import { postgresConfig } from '../source/postgres/config.ts'
import { restConfig } from '../source/rest/config.ts'
import { sqliteConfig } from '../source/sqlite/config.ts'

/** `[source]` of a dataset: one kind each. */
export const sourceConfig = z.discriminatedUnion('kind', [
  restConfig,
  folderConfig,
  postgresConfig,
  mysqlConfig,
  mariadbConfig,
  sqliteConfig,
])

export type SourceConfig = z.output<typeof sourceConfig>
