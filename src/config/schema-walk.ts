import * as z from 'zod'
import type { KeyPath } from './problem.ts'

type Schema = z.core.$ZodType

/** The schemas that a written value may have to meet, without what only wraps them: a union gives each of its options. */
function unwrapped(schema: Schema): Schema[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodLazy
  ) {
    return unwrapped(schema.unwrap())
  }
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped)
  return [schema]
}

/** The schemas at a path of the written values; none when the path leads to a key that is not known. */
function schemasAt(schema: Schema, path: KeyPath): Schema[] {
  const [first, ...rest] = path
  const here = unwrapped(schema)
  if (first === undefined) return here
  return here.flatMap((option) => {
    const child = childSchema(option, String(first))
    return child === undefined ? [] : schemasAt(child, rest)
  })
}

/**
 * The schemas of the keys that a table may have, in the schema's order; none where the user names the keys.
 *
 * @param kind The table's own `kind`: of several kinds of tables, only that one is meant.
 */
export function shapeOf(schema: Schema, kind?: unknown): Record<string, Schema> {
  const shape: Record<string, Schema> = {}
  for (const option of unwrapped(schema)) {
    if (option instanceof z.ZodObject && isOfKind(option, kind)) Object.assign(shape, option.shape)
  }
  return shape
}

function isOfKind({ shape }: z.ZodObject, kind: unknown): boolean {
  const own = shape['kind']
  return kind === undefined || !(own instanceof z.ZodLiteral) || own.values.has(kind as never)
}

/** The keys that a table at that path may have, in the schema's order. @param kind As in `shapeOf`. */
export function knownKeys(schema: Schema, path: KeyPath, kind?: unknown): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((option) => Object.keys(shapeOf(option, kind))))]
}

/** The kinds of tables at that path that may have a key. */
export function kindsWith(schema: Schema, path: KeyPath, key: string): string[] {
  return schemasAt(schema, path).flatMap((option) => {
    const { [key]: wanted, kind } = shapeOf(option)
    return wanted !== undefined && kind instanceof z.ZodLiteral ? [...kind.values].map(String) : []
  })
}

/** The values that a key at that path may have, where the schema lists them. */
export function knownValues(schema: Schema, path: KeyPath): string[] {
  return schemasAt(schema, path).flatMap((option) => {
    if (option instanceof z.ZodEnum) return option.options.map(String)
    return option instanceof z.ZodLiteral ? [...option.values].map(String) : []
  })
}

function childSchema(schema: Schema, key: string): Schema | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodArray) return schema.element
  const shape = shapeOf(schema)
  return Object.hasOwn(shape, key) ? shape[key] : undefined
}
