import type { ViewDefinition } from '../definition.ts'
import type { ParcelVersions } from '../store/read-versions.ts'
import { needsOf } from './needs.ts'
import { bridgesOf } from './overlap.ts'

/** The parcels of a view that would stay, were it the only one of its dataset; the newest stays, and one without items. */
export async function staying(
  definition: ViewDefinition,
  versions: () => AsyncIterable<ParcelVersions> | Iterable<ParcelVersions>,
  newest: string,
): Promise<Set<string>> {
  const { needs, found } = await needsOf(definition, versions())
  const stays = new Set([...needs.keys(), newest])
  for await (const { id } of versions()) if (!found.has(id)) stays.add(id)
  const bridges = await bridgesOf(definition, versions(), (id) => stays.has(id))
  return new Set([...stays, ...bridges])
}
