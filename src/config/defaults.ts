import type { KeyPath } from './problem.ts'
import { type TomlValues, isTable, valueAt } from './values.ts'

/**
 * The values of a dataset, filled up with the `[defaults]` of the root, both as written. A key of the dataset wins as a
 * whole; only the limits of `guard`, which do not depend on each other, are filled up one by one.
 */
export function withDefaults(own: TomlValues, defaults: TomlValues): TomlValues {
  const merged = { ...usableDefaults(own, defaults), ...own }
  if (isTable(own['guard']) && isTable(defaults['guard'])) merged['guard'] = { ...defaults['guard'], ...own['guard'] }
  return merged
}

/** The defaults that mean something beside the dataset's own keys, and do not contradict them. */
function usableDefaults(own: TomlValues, defaults: TomlValues): Record<string, unknown> {
  const usable = { ...defaults }
  if ('interval' in own || 'schedule' in own) {
    delete usable['interval']
    delete usable['schedule']
  }
  if (!('cmd' in own)) delete usable['compress']
  return usable
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
