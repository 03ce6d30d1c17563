import type { KeyPath } from './problem.ts'

/** Values as a TOML file holds them. */
export type TomlValues = Readonly<Record<string, unknown>>

export function isTable(value: unknown): value is TomlValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** The value at a path; `undefined` when there is none. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isTable(inner) || Array.isArray(inner) ? Reflect.get(inner, key) : undefined),
    value,
  )
}
