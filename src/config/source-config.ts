import * as z from 'zod'
import { folderConfig } from '../source/folder/config.ts'
import { mariadbConfig, mysqlConfig } from '../source/mysql/config.ts'
import { pluginConfig } from '../source/plugin/config.ts'
import { postgresConfig } from '../source/postgres/config.ts'
import { restConfig } from '../source/rest/config.ts'
import { sqliteConfig } from '../source/sqlite/config.ts'
import { knownValues } from './schema-walk.ts'

/** The kinds that unsilo has itself. */
const builtInConfig = z.discriminatedUnion('kind', [
  restConfig,
  folderConfig,
  postgresConfig,
  mysqlConfig,
  mariadbConfig,
  sqliteConfig,
])

export const builtInKinds: readonly string[] = knownValues(builtInConfig, ['kind'])

/** `[source]` of a dataset: one kind each, or a module that adds one. */
export const sourceConfig = z.union([builtInConfig, pluginConfig(builtInKinds)])

export type SourceConfig = z.output<typeof sourceConfig>

/** What `config.toml` may say of it. */
export const sourceKeys = {
  source: sourceConfig.optional().describe('Where the data comes from, instead of `cmd`: a table with a `kind`.'),
}
