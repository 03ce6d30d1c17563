import { type ItemPath, isMany } from '../system/item-path.ts'

/** A JSON body that has an empty list wherever one of the paths looks for items. Where they disagree, the first is right. */
export function emptyAnswer(paths: readonly (ItemPath | undefined)[]): string {
  let body: unknown
  for (const path of paths) body = filled(body, path?.steps ?? [])
  return JSON.stringify(body ?? [])
}

function filled(body: unknown, [step, ...rest]: ItemPath['steps']): unknown {
  if (step === undefined || isMany(step)) return body ?? (typeof step === 'object' ? {} : [])
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) return body
  const known = (body ?? {}) as Record<string, unknown>
  return { ...known, [step]: filled(known[step], rest) }
}
