import * as z from 'zod'
import { targetConfig } from './target-config.ts'
import { datasetKeys } from './dataset-keys.ts'
import { originOf, withDefaults } from './defaults.ts'
import type { LoadedDataset } from './load.ts'
import { locateKeys } from './locate.ts'
import { type KeyPath, sayKey } from './problem.ts'
import { shapeOf } from './schema-walk.ts'
import { type TomlValues, isTable, valueAt } from './values.ts'

/** One key of a dataset's resolved configuration. */
export interface ShownKey {
  /** Dotted, as it could stand in `config.toml`; `targets.NAME…` as in `unsilo.toml`. */
  key: string
  /** As written, or the default as it would be written. */
  value: unknown
  /** `config.toml:3`, `unsilo.toml:2`, `unsilo.toml [defaults]:5` or `default`. */
  origin: string
}

/** Every key that has a value, in the schema's order, with where the value comes from; then those of the targets that it names. */
export async function describeConfig(dataset: LoadedDataset): Promise<ShownKey[]> {
  const { dataset: file, root } = dataset.sources
  const ownLine = await locateKeys(file.text)
  const rootLine = await locateKeys(root.file?.text ?? '')
  const originText = {
    own: (path: KeyPath) => `config.toml:${ownLine(path)}`,
    defaults: (path: KeyPath) => `unsilo.toml [defaults]:${rootLine(['defaults', ...path])}`,
  }
  const shown = leaves(datasetKeys, withDefaults(file.values, root.defaults), []).map(({ path, value, written }) => {
    const origin = written ? originOf(path, file.values, root.defaults) : undefined
    return { key: sayKey(path), value, origin: origin === undefined ? 'default' : originText[origin](path) }
  })
  const targets = dataset.config.publish.flatMap((name) => {
    const path = ['targets', name]
    return leaves(targetConfig, valueAt(root.file?.values, path), path)
  })
  const placed = targets.map(({ path, value, written }) => {
    return { key: sayKey(path), value, origin: written ? `unsilo.toml:${rootLine(path)}` : 'default' }
  })
  return [...shown, ...placed]
}

interface Leaf {
  path: KeyPath
  value: unknown
  /** False for a default. */
  written: boolean
}

function leaves(schema: z.core.$ZodType | undefined, value: unknown, path: KeyPath): Leaf[] {
  if (isTable(value)) return leavesInside(schema, value, path)
  if (value !== undefined) return [{ path, value, written: true }]
  const fallback = schema === undefined ? undefined : defaultOf(schema)
  if (isTable(fallback)) return leavesInside(schema, fallback, path)
  return fallback === undefined ? [] : [{ path, value: fallback, written: false }]
}

function leavesInside(schema: z.core.$ZodType | undefined, table: TomlValues, path: KeyPath): Leaf[] {
  const shape = schema === undefined ? {} : shapeOf(schema, table['kind'])
  const keys = new Set([...Object.keys(shape), ...Object.keys(table)])
  return [...keys].flatMap((key) => leaves(shape[key], table[key], [...path, key]))
}

function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue
  return schema instanceof z.ZodPipe ? defaultOf(schema.in) : undefined
}
