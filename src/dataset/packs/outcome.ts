import type { ParcelId } from '../../parcel/id.ts'
import type { Problem } from '../dataset.ts'
import type { PackChoice } from './plan.ts'

/** What packing would do, or has left. */
export interface PackPlan {
  dataset: string
  packs: { pack: string; parcels: ParcelId[] }[]
  left: PackChoice['left']
}

/** A pack that was written. */
export interface PackedPack {
  pack: string
  /** Those that were added. */
  parcels: ParcelId[]
  /** What those took in `data/`. */
  rawBytes: number
  /** Of the pack, with all that it holds. */
  bytes: number
}

/** What `unsilo pack` has done with a dataset, or would do. */
export interface PackOutcome extends Packing {
  dataset: string
  /** What was old enough. */
  planned: PackPlan['packs']
  left: PackPlan['left']
}

export interface Packing {
  packed: PackedPack[]
  problems: Problem[]
}

/** For the message of a commit. */
export function sayPacked(packed: readonly PackedPack[]): string {
  const count = packed.reduce((sum, { parcels }) => sum + parcels.length, 0)
  return `pack ${count} parcel${count === 1 ? '' : 's'}`
}
