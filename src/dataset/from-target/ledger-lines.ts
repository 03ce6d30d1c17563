import type { LedgerEvent, PublishedEvent, RestoredEvent, SealedEvent } from '../../ledger/event.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { acknowledgements, copiesAt, hasCopy } from '../acknowledgements.ts'
import type { CopiedParcel } from '../copies/manifest.ts'
import { type History, isEvent } from '../history.ts'

/** What is known of a dataset that was brought back, beside what its ledger says. */
export interface BroughtBack {
  /** In the configuration. */
  target: string
  /** Of the folder as it is now, with the ledger as it was at the target. */
  history: History
  /** Path of that ledger, for messages. */
  ledger: string
  /** All that the manifest there has. */
  copies: readonly CopiedParcel[]
  /** Those of them that are here now, whole, each with its name in `data/`. */
  here: ReadonlyMap<ParcelId, string>
  /** Those of them whose copy there is not what was published, each with what is wrong. */
  damaged: ReadonlyMap<ParcelId, string>
  /** Successful parcels of `metrics.csv`. */
  measured: readonly ParcelId[]
  /** Records of its parcels may have been deleted at their source. */
  isDrained: boolean
}

/**
 * What a ledger that comes from a target has to be told, so that the dataset goes on as before. It may lack its last lines: it is
 * copied before a run ends. All of it was found out by reading every byte at the target.
 */
export function linesAfterRestore(back: BroughtBack): LedgerEvent[] {
  const { target, history, copies, here, damaged } = back
  const known = acknowledgements(history)
  const lines: LedgerEvent[] = []
  for (const copy of copies) {
    const { id, files, bytes } = copy
    const name = here.get(id)
    if (name !== undefined) {
      lines.push(...sealLines(back, copy, name))
      if (!hasCopy(known, id, target)) lines.push(publishedLine(copy, target))
      lines.push({ event: 'verified', parcel: id, target, ok: true, files, bytes })
    } else if (damaged.has(id)) {
      lines.push({ event: 'verified', parcel: id, target, ok: false, files, bytes, faults: [damaged.get(id)!] })
    }
  }
  const there = new Set(copies.map(({ id }) => id))
  for (const { parcel } of copiesAt(known, target)) {
    if (there.has(parcel)) continue
    const because = 'the manifest there did not have it when the dataset was restored from there'
    lines.push({ event: 'withdrawn', parcel, target, because })
  }
  const restored: RestoredEvent = { event: 'restored', target, parcels: here.size, lost: lostParcels(back) }
  if (back.isDrained) restored.drained = [...here.keys()].sort()
  return [...lines, restored]
}

/** That the target has a parcel whose every byte was read there and compared. */
function publishedLine(copy: CopiedParcel, target: string): PublishedEvent {
  const { id, path, isFolder, files, bytes, sha256, stored } = copy
  return {
    event: 'published',
    parcel: id,
    target,
    files,
    bytes,
    sha256,
    how: 'read back',
    path,
    ...(isFolder ? { folder: true as const } : {}),
    ...(stored === undefined ? {} : { stored }),
  }
}

/** What is at a target was sealed, and was good when it was published. */
function sealLines({ history, ledger }: BroughtBack, copy: CopiedParcel, name: string): LedgerEvent[] {
  const { id, files, bytes, sha256 } = copy
  const parcel = history.get(id)
  if (isEvent(parcel?.ended, 'sealed') && detailsOf(parcel.ended, ledger).sha256 === sha256)
    return parcel.state === 'suspect' ? [{ event: 'accepted', parcel: id }] : []
  const sealed: SealedEvent = {
    event: 'sealed',
    parcel: id,
    state: 'good',
    name,
    files,
    bytes,
    sha256,
    recovered: true,
  }
  return [sealed]
}

/** Parcels that were sealed and are not here now, with why: the dataset's earlier folder is gone, and nothing will bring them. */
function lostParcels({ target, history, here, damaged, measured }: BroughtBack): Record<ParcelId, string> {
  const known = acknowledgements(history)
  const lost: Record<ParcelId, string> = {}
  for (const { id, state, ended, accepted } of history.parcels) {
    if (state !== 'gone') continue
    const others = [...(known.get(id)?.keys() ?? [])].filter((name) => name !== target && hasCopy(known, id, name))
    if (others.length > 0) lost[id] = `it is not at ${target}, and at ${others.join(', ')}`
    else if (damaged.has(id)) lost[id] = `its copy at ${target} is not what was published`
    else if (known.get(id)?.has(target) === true) lost[id] = `it was at ${target}, and is not there any more`
    else if (ended?.state === 'suspect' && !accepted) lost[id] = 'it was suspect, and those are not published'
    else lost[id] = `it had not been published to ${target}`
  }
  const newest = [...here.keys()].sort().at(-1) ?? ''
  for (const id of measured) {
    if (id > newest && history.get(id) === undefined) lost[id] = `neither ${target} nor its ledger there knows it`
  }
  return lost
}
