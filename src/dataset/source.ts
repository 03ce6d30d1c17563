import { readSecret } from '../config/secrets.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { openCommandSource } from '../source/command.ts'
import type { RestSourceOptions } from '../source/rest/rest.ts'
import type { Source } from '../source/source.ts'
import type { SecretReference } from '../system/schema.ts'
import type { Context, Dataset } from './dataset.ts'
import { environmentOf } from './environment.ts'

/** Whether exports can be made; a dataset of manual exports has none. */
export function hasSource({ config }: Dataset): boolean {
  return config.command !== undefined || config.source !== undefined
}

/** The dataset's source. `undefined` when nothing is configured. */
export async function openSource(dataset: Dataset, context: Context): Promise<Source | undefined> {
  const { command, source, timeoutMs, silenceMs } = dataset.config
  if (source !== undefined) return openConfigured(source, dataset, context)
  if (command === undefined) return undefined
  return openCommandSource({ ...command, timeoutMs, silenceMs, environment: () => environmentOf(dataset) })
}

/** The code of each kind is loaded on first use. */
async function openConfigured(source: SourceConfig, dataset: Dataset, { system }: Context): Promise<Source> {
  const { compress, timeoutMs, silenceMs } = dataset.config
  const { folder } = dataset.layout
  const options = {
    ...system,
    folder,
    compress,
    timeoutMs,
    silenceMs,
    readSecret: (name: string, reference: SecretReference) => readSecret(system.files, name, reference, folder),
  }
  switch (source.kind) {
    case 'rest':
      return (await import('../source/rest/rest.ts')).openRestSource(source, options)
    case 'folder':
      return (await import('../source/folder/folder.ts')).openFolderSource(source, options)
    case 'plugin':
      return (await import('../source/plugin/plugin.ts')).openPluginSource(source, options)
    case 'postgres':
      return (await import('../source/postgres/postgres.ts')).openPostgresSource(source, options)
    case 'mysql':
    case 'mariadb':
      return (await import('../source/mysql/mysql.ts')).openMysqlSource(source, options)
    case 'sqlite':
      return (await import('../source/sqlite/sqlite.ts')).openSqliteSource(source, options)
  }
}

/** What a REST source needs of the outside, to export or to drain. */
export function restOptions({ layout }: Dataset, { system }: Context): RestSourceOptions {
  const { folder } = layout
  return {
    ...system,
    folder,
    readSecret: (name, reference) => readSecret(system.files, name, reference, folder),
  }
}
