import { datasetJsonSchema, rootJsonSchema } from '../../src/config/json-schema.ts'

/** A key as the schema has it, and as a row of a page tells it. */
export interface KindKey {
  /** As it stands below `[source]` or `[targets.NAME]`: `limits.rate`; elements of a list are named as the list. */
  key: string
  row: string
}

interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  description?: string
}

/** Every key of each kind of source, by kind, from the schema. What a stream inherits is told once, of the source. */
export function sourceKeys(): Map<string, KindKey[]> {
  const { source } = (datasetJsonSchema() as Schema).properties!
  // Beside the kinds that there are, `kind` may name a module, whose keys nobody knows.
  const kinds = source!.anyOf!.flatMap(({ oneOf }) => oneOf ?? [])
  const keys = keysOfKinds(kinds, 'source.')
  return new Map([...keys].map(([kind, rows]) => [kind, rows.filter(({ key }) => !key.startsWith('streams.page.'))]))
}

interface KeysOfKinds {
  shared: KindKey[]
  kinds: Map<string, KindKey[]>
}

/** The keys that channels of every kind have, and those of each kind beside them. */
export function channelKeys(): KeysOfKinds {
  const { alerts } = (rootJsonSchema() as Schema).properties!
  return withShared(keysOfKinds(alerts!.additionalProperties!.oneOf!, ''))
}

/** The keys that targets of every kind have, and those of each kind beside them. */
export function targetKeys(): KeysOfKinds {
  const { targets } = (rootJsonSchema() as Schema).properties!
  // Beside the kinds that there are, `kind` may name a module, whose keys nobody knows.
  return withShared(
    keysOfKinds(
      targets!.additionalProperties!.anyOf!.flatMap(({ oneOf }) => oneOf ?? []),
      '',
    ),
  )
}

function withShared(kinds: Map<string, KindKey[]>): KeysOfKinds {
  const [first = [], ...others] = kinds.values()
  const isShared = (key: KindKey): boolean => isSharedRow(first, others, key)
  return {
    shared: first.filter(isShared),
    kinds: new Map([...kinds].map(([kind, keys]) => [kind, keys.filter((key) => !isShared(key))])),
  }
}

function isSharedRow(first: readonly KindKey[], others: readonly KindKey[][], { row }: KindKey): boolean {
  return [first, ...others].every((keys) => keys.some((other) => other.row === row))
}

/** @param place What a row puts before a key. */
function keysOfKinds(kinds: readonly Schema[], place: string): Map<string, KindKey[]> {
  return new Map(
    kinds.map((schema) => {
      const kind = String(schema.properties!['kind']!.const)
      return [kind, distinct(keysBelow(schema, '', place)).filter(({ key }) => key !== 'kind')]
    }),
  )
}

function keysBelow(schema: Schema, prefix: string, place: string): KindKey[] {
  const options = optionsOf(schema)
  const names = [...new Set(options.flatMap(({ properties }) => Object.keys(properties ?? {})))]
  // Where a secret is kept is told once for all of them.
  if (names.includes('credential') || names.join() === 'file') return []
  return names.flatMap((name) => {
    const inner = options.flatMap(({ properties }) => properties?.[name] ?? [])
    return [
      rowOf(`${prefix}${name}`, inner, place),
      ...inner.flatMap((one) => keysBelow(one, `${prefix}${name}.`, place)),
    ]
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

function rowOf(key: string, options: Schema[], place: string): KindKey {
  const values = options.flatMap((option) => option.enum ?? (option.const === undefined ? [] : [option.const]))
  const shown =
    values.length === 0 ? '' : ` One of ${values.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}.`
  const said = options.length > 1 && values.length > 0 ? 'What kind it is.' : (options[0]!.description ?? '')
  const { default: fallback } = options[0]!
  const isTable = typeof fallback === 'object' && !Array.isArray(fallback)
  const told = fallback === undefined || isTable ? '' : ` Default: \`${JSON.stringify(fallback)}\`.`
  return { key, row: `| \`${place}${key}\` | ${said}${shown}${told} |` }
}

function distinct(keys: KindKey[]): KindKey[] {
  return keys.filter(({ key }, index) => keys.findIndex((other) => other.key === key) === index)
}
