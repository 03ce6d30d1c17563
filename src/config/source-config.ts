import * as z from 'zod'
import { mysqlConfig } from '../source/mysql/config.ts'
import { postgresConfig } from '../source/postgres/config.ts'
import { restConfig } from '../source/rest/config.ts'
import { sqliteConfig } from '../source/sqlite/config.ts'

/** `[source]` of a dataset: one kind each. */
export const sourceConfig = z.discriminatedUnion('kind', [restConfig, postgresConfig, mysqlConfig, sqliteConfig])

export type SourceConfig = z.output<typeof sourceConfig>
