import type * as z from 'zod'
import { type ValueProblem, checkValues, parseOnce } from './check.ts'
import { commonKeys } from './common-keys.ts'
import { type DatasetConfig, datasetConfig } from './dataset-config.ts'
import type { TomlValues } from './values.ts'

/**
 * Checks the values of a dataset, defaults of the root included.
 *
 * To make the schemas of all kinds of sources, and of views, takes longer than to read a file: they are made for files that
 * have such keys. What is wrong is told by the whole schema, which knows all keys.
 */
export async function checkDataset(
  values: TomlValues,
): Promise<{ value: DatasetConfig } | { problems: ValueProblem[] }> {
  const checked = parseOnce(await schemaFor(values), values)
  if (checked.success) return { value: checked.data }
  const { datasetKeys } = await import('./dataset-keys.ts')
  return checkValues(datasetConfig(datasetKeys), values)
}

type Schema = z.ZodType<DatasetConfig>

/** By which of the rare keys they are for: hundreds of datasets share a few. */
const made = new Map<string, Promise<Schema>>()

function schemaFor(values: TomlValues): Promise<Schema> {
  const hasSource = 'source' in values
  const hasViews = ['views', 'publish_view', 'thin'].some((key) => key in values)
  const name = `${hasSource} ${hasViews}`
  const known = made.get(name) ?? makeSchema(hasSource, hasViews)
  made.set(name, known)
  return known
}

async function makeSchema(hasSource: boolean, hasViews: boolean): Promise<Schema> {
  const { sourceKeys } = hasSource ? await import('./source-config.ts') : { sourceKeys: undefined }
  const { viewKeys } = hasViews ? await import('./view-keys.ts') : { viewKeys: undefined }
  if (sourceKeys === undefined) return datasetConfig(viewKeys === undefined ? commonKeys : commonKeys.extend(viewKeys))
  const keys = commonKeys.extend(sourceKeys)
  return datasetConfig(viewKeys === undefined ? keys : keys.extend(viewKeys))
}
