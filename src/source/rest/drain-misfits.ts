import type { KeysAround, Misfit } from '../misfit.ts'

/** A drain that waits for a target that never gets a parcel would wait for ever. */
export function drainMisfits({ drain }: { drain?: unknown }, { publish }: KeysAround): Misfit[] {
  const targets = (drain as { after?: { targets?: unknown } } | undefined)?.after?.targets
  if (!Array.isArray(targets)) return []
  const published: unknown[] = Array.isArray(publish) ? publish : []
  return targets
    .filter((name) => !published.includes(name))
    .map((name) => ({
      path: ['source', 'drain', 'after', 'targets'],
      message: `${name} is no target of this dataset, so it would never have a parcel`,
      hint: `Add it to \`publish\`: publish = ["${name}"].`,
    }))
}
