import type { Bytes } from '../../../codec/codec.ts'
import { type ItemPath, each, isMany } from '../../../system/item-path.ts'
import type { Found } from '../../item.ts'
import { ItemScanner } from './item-scanner.ts'
import type { KnownItems } from './known-items.ts'
import { type Misfit, nothingAt } from './nothing-at.ts'

export type { Found }

export interface JsonOptions {
  /** Of several, the first that the document has; `undefined`: the document itself. */
  paths: readonly ItemPath[] | undefined
  file: string
  known?: KnownItems | undefined
}

/** As `itemsAt` takes it: a path without `[*]` or `{*}` leads to the list, and "." to the document. */
export function stepsOf({ steps }: ItemPath): ItemPath['steps'] | undefined {
  if (steps.length === 0) return undefined
  return steps.some(isMany) ? steps : [...steps, each]
}

/** @param open Is called once for each path that the document does not have, and once more. */
export async function* readJson(open: () => Bytes, { paths, file, known }: JsonOptions): AsyncGenerator<Found[]> {
  if (paths === undefined) {
    yield* scan(open(), new ItemScanner({ steps: undefined, file, known }))
    return
  }
  let fallback: Found[] | undefined
  let isNull = false
  let misfit: Misfit | undefined
  for (const path of paths) {
    const scanner = new ItemScanner({ steps: stepsOf(path), file, known })
    const held: Found[] = []
    for await (const found of scan(open(), scanner)) {
      if (scanner.found.status !== 'items') held.push(...found)
      else yield held.length > 0 ? [...held.splice(0), ...found] : found
    }
    if (scanner.found.status === 'items') {
      if (held.length > 0) yield held
      return
    }
    isNull ||= scanner.found.status === 'null'
    misfit ??= scanner.found.misfit
    fallback ??= held
  }
  if (fallback !== undefined && (fallback.length > 0 || isNull)) yield fallback
  else yield [nothingAt(paths, file, misfit)]
}

/** What stands before damage counts: it is handed out before that is thrown. */
async function* scan(bytes: Bytes, scanner: ItemScanner): AsyncGenerator<Found[]> {
  let damage: { error: unknown } | undefined
  try {
    for await (const chunk of bytes) {
      scanner.write(chunk)
      if (scanner.found.isToBeTaken) yield scanner.found.take()
    }
    scanner.end()
  } catch (error) {
    damage = { error }
  }
  const found = scanner.found.take()
  if (found.length > 0) yield found
  if (damage !== undefined) throw damage.error
}
