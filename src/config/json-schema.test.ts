import { expect, it } from 'vitest'
import { datasetJsonSchema, rootJsonSchema } from './json-schema.ts'
import { valueAt } from './values.ts'

interface Described {
  description?: string
  properties?: Record<string, Described>
  additionalProperties?: boolean | Described
}

/** The dotted keys that have no description, at any depth. */
function withoutDescription(schema: Described, path: string): string[] {
  const { description, properties = {}, additionalProperties } = schema
  const inside = Object.entries(properties).flatMap(([key, child]) => withoutDescription(child, `${path}.${key}`))
  const named = typeof additionalProperties === 'object' ? Object.values(additionalProperties.properties ?? {}) : []
  const missing = named.some((child) => child.description === undefined) ? [`${path}.*`] : []
  return [...(description === undefined ? [path] : []), ...inside, ...missing]
}

it.each([
  ['dataset', datasetJsonSchema()],
  ['root', rootJsonSchema()],
])('describes every key of the %s', (_, schema) => {
  expect(withoutDescription(schema, '')).toEqual([])
})

it('says what is written, not what it becomes, and refuses unknown keys', () => {
  expect(datasetJsonSchema()).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:unsilo:schema:dataset',
    type: 'object',
    additionalProperties: false,
    properties: { timeout: { type: 'string' }, retries: { type: 'integer', minimum: 1, default: 1 } },
  })
  expect(datasetJsonSchema()).not.toHaveProperty('required')
})

it('offers the keys that have defaults in unsilo.toml, and no others', () => {
  const keys =
    'compress interval schedule timezone max_age link keep pack retries timeout silence git publish guard health verify_age accept trash_days'.split(
      ' ',
    )
  const offered = valueAt(rootJsonSchema(), ['properties', 'defaults', 'properties'])
  expect(Object.keys(offered ?? {})).toEqual(keys)
})
