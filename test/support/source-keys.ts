import { datasetJsonSchema } from '../../src/config/json-schema.ts'

/** A key as the schema has it, and as a row of a page tells it. */
export interface SourceKey {
  /** As it stands below `[source]`: `limits.rate`; elements of a list are named as the list. */
  key: string
  row: string
}

interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  description?: string
}

/** Every key of each kind of source, by kind, from the schema. What a stream inherits is told once, of the source. */
export function sourceKeys(): Map<string, SourceKey[]> {
  const { source } = (datasetJsonSchema() as Schema).properties!
  // Beside the kinds that there are, `kind` may name a module, whose keys nobody knows.
  const kinds = source!.anyOf!.flatMap(({ oneOf }) => oneOf ?? [])
  return new Map(
    kinds.map((schema) => {
      const kind = String(schema.properties!['kind']!.const)
      return [
        kind,
        distinct(keysBelow(schema, '')).filter(({ key }) => key !== 'kind' && !key.startsWith('streams.page.')),
      ]
    }),
  )
}

function keysBelow(schema: Schema, prefix: string): SourceKey[] {
  const options = optionsOf(schema)
  const names = [...new Set(options.flatMap(({ properties }) => Object.keys(properties ?? {})))]
  // Where a secret is kept is told once for all of them.
  if (names.includes('credential') || names.join() === 'file') return []
  return names.flatMap((name) => {
    const inner = options.flatMap(({ properties }) => properties?.[name] ?? [])
    return [rowOf(`${prefix}${name}`, inner), ...inner.flatMap((one) => keysBelow(one, `${prefix}${name}.`))]
  })
}

function optionsOf(schema: Schema): Schema[] {
  const inner = [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ]
  return [schema, ...inner.flatMap(optionsOf)]
}

function rowOf(key: string, options: Schema[]): SourceKey {
  const values = options.flatMap((option) => option.enum ?? (option.const === undefined ? [] : [option.const]))
  const shown =
    values.length === 0 ? '' : ` One of ${values.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}.`
  const said = options.length > 1 && values.length > 0 ? 'What kind it is.' : (options[0]!.description ?? '')
  const { default: fallback } = options[0]!
  const isTable = typeof fallback === 'object' && !Array.isArray(fallback)
  const told = fallback === undefined || isTable ? '' : ` Default: \`${JSON.stringify(fallback)}\`.`
  return { key, row: `| \`source.${key}\` | ${said}${shown}${told} |` }
}

function distinct(keys: SourceKey[]): SourceKey[] {
  return keys.filter(({ key }, index) => keys.findIndex((other) => other.key === key) === index)
}
