import { createHash } from 'node:crypto'
import type { PublishViewConfig } from './config.ts'
import { type ViewFormat, formatOfName } from './template.ts'

/** A `[publish_view.NAME]`, complete. */
export interface PublishViewDefinition extends Omit<PublishViewConfig, 'format'> {
  name: string
  format: ViewFormat
  /** Changes with the configuration. */
  mark: string
}

/** In the order of the file. */
export function publishViewDefinitions(blocks: Readonly<Record<string, PublishViewConfig>>): PublishViewDefinition[] {
  return Object.entries(blocks).map(([name, config]) => ({
    ...config,
    name,
    format: config.format ?? formatOfName(config.file.text) ?? 'csv',
    mark: createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16),
  }))
}
