import { misfitsIn } from './misfits.ts'
import type { KeyPath } from './problem.ts'
import { type TomlValues, isTable, valueAt } from './values.ts'

/**
 * The values of a dataset, filled up with the `[defaults]` of the root, both as written. A key of the dataset wins as a
 * whole; only the limits of `guard`, which do not depend on each other, are filled up one by one.
 *
 * A default is for those datasets that have a use for it: what contradicts the dataset's own keys, or means nothing beside them
 * (`compress` with a source that has its own way), is left out.
 */
export function withDefaults(own: TomlValues, defaults: TomlValues): TomlValues {
  const merged: Record<string, unknown> = { ...defaults, ...own }
  if (isTable(own['guard']) && isTable(defaults['guard'])) merged['guard'] = { ...defaults['guard'], ...own['guard'] }
  if ('interval' in own || 'schedule' in own) {
    for (const key of ['interval', 'schedule'].filter((one) => !(one in own))) delete merged[key]
  }
  for (const { path } of misfitsIn(merged)) {
    if (originOf(path, own, defaults) !== 'defaults') continue
    const [key, inner] = path as [string, string | undefined]
    if (inner === undefined) delete merged[key]
    else merged[key] = without(merged[key] as TomlValues, inner)
  }
  return merged
}

function without(table: TomlValues, key: string): TomlValues {
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== key))
}

/** Which of the two files a value of `withDefaults` comes from; `undefined`: from neither. */
export function originOf(path: KeyPath, own: TomlValues, defaults: TomlValues): 'own' | 'defaults' | undefined {
  const ownDepth = depthOf(path, own)
  const defaultDepth = depthOf(path, defaults)
  if (ownDepth === 0 && defaultDepth === 0) return undefined
  return ownDepth >= defaultDepth ? 'own' : 'defaults'
}

/** How many parts of the path are there. */
function depthOf(path: KeyPath, values: TomlValues): number {
  const missing = path.findIndex((_, index) => valueAt(values, path.slice(0, index + 1)) === undefined)
  return missing === -1 ? path.length : missing
}
