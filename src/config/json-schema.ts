import * as z from 'zod'
import { alertChannels } from './alert-channels.ts'
import { datasetKeys } from './dataset-keys.ts'
import { rootKeys } from './root-keys.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** The JSON Schema of a dataset's `config.toml`, for editors. */
export function datasetJsonSchema(): JsonSchema {
  return publish(datasetKeys, 'dataset', 'unsilo dataset', 'The config.toml of one dataset.')
}

/** The JSON Schema of the root's `unsilo.toml`, for editors. */
export function rootJsonSchema(): JsonSchema {
  return publish(
    rootKeys.extend({ alerts: alertChannels }),
    'root',
    'unsilo root',
    'The unsilo.toml of a folder of datasets.',
  )
}

function publish(schema: z.ZodType, name: string, title: string, description: string): JsonSchema {
  // Most TOML editors check with Taplo, which gets newer drafts wrong (tamasfe/taplo#497).
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-07' })
  return { $schema, $id: `urn:unsilo:schema:${name}`, title, description, ...rest }
}
