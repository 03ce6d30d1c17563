/** A schema of zod, valibot, arktype or any other library that follows Standard Schema (https://standardschema.dev). */
export interface ConfigSchema<Config> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Config> | Promise<SchemaResult<Config>>
    readonly types?: { readonly input: unknown; readonly output: Config } | undefined
  }
}

type SchemaResult<Config> =
  | { readonly value: Config; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What every module defines, whatever it adds. */
export interface PluginDefinition {
  /** Its name in messages. */
  kind: string
  config?: ConfigSchema<unknown>
}
