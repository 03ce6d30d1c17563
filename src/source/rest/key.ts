import * as z from 'zod'
import { type ItemPath, fieldText, valueAt } from '../../system/item-path.ts'

/** `key` of a stream: a path, or several. */
export const keyConfig = z
  .union([fieldText, z.array(fieldText).min(1)])
  .transform((paths) => (Array.isArray(paths) ? paths : [paths]))

/**
 * A text, number or boolean as it is sent and compared; `undefined` for anything else. A whole number beyond 2^53 is
 * `undefined` too: JSON.parse has rounded it, so that it may name another record. As a BigInt it is exact.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return isRounded(value) ? undefined : String(value)
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined
}

/** Is this a number that JSON.parse may have rounded to another whole number? */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
}

/**
 * What tells an item from all others of its stream: one value as text, or several as a JSON array of texts.
 *
 * @returns `undefined` when one of them is missing, null, no plain value, or a number that JSON.parse has rounded.
 */
export function keyOf(item: unknown, paths: readonly ItemPath[]): string | undefined {
  const texts: string[] = []
  for (const path of paths) {
    const text = textOf(valueAt(path, item))
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts.length > 1 ? JSON.stringify(texts) : texts[0]
}
