import type { StandardSchema } from '../system/standard-schema.ts'

/** A schema of zod, valibot, arktype or any other library that follows Standard Schema (https://standardschema.dev). */
export type ConfigSchema<Config> = StandardSchema<Config>

/** What every module defines, whatever it adds. */
export interface PluginDefinition {
  /** Its name in messages. */
  kind: string
  config?: ConfigSchema<unknown>
}
