import type { DatasetConfig } from '../config/dataset-config.ts'
import type { LoadedDataset } from '../config/load.ts'
import { type Layout, layoutOf } from '../parcel/layout.ts'
import type { System } from '../system/system.ts'

/** One thing that is mirrored: a folder with `config.toml` and its parcels. */
export interface Dataset {
  name: string
  layout: Layout
  config: DatasetConfig
}

export function openDataset(loaded: Pick<LoadedDataset, 'name' | 'path' | 'config'>): Dataset {
  return { name: loaded.name, layout: layoutOf(loaded.path), config: loaded.config }
}

/** What every verb that works on a dataset needs. */
export interface Context {
  system: System
  signal: AbortSignal
  /** Told what is going on, for people who watch. */
  onProgress?: ((progress: Progress) => void) | undefined
}

export interface Progress {
  dataset: string
  step: 'waiting' | 'ingesting' | 'exporting' | 'retrying' | 'sealing' | 'measuring' | 'pruning' | 'done'
  /** Bytes that have arrived so far. */
  bytes?: number
  note?: string
}

/** Something that a person should know about a dataset. */
export interface Problem {
  severity: 'error' | 'warning'
  code: string
  message: string
  hint?: string | undefined
}
