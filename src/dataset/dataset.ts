import type { DatasetConfig } from '../config/dataset-config.ts'
import type { LoadedDataset } from '../config/load.ts'
import type { TargetConfig } from '../config/target-config.ts'
import { type Layout, layoutOf } from '../parcel/layout.ts'
import type { System } from '../system/system.ts'

/** One thing that is mirrored: a folder with `config.toml` and its parcels. */
export interface Dataset {
  name: string
  layout: Layout
  config: DatasetConfig
  /** The root folder, absolute. */
  root: string
  /** Where its good parcels are copied to, in the order of `publish`. */
  targets: DatasetTarget[]
  /** Where the files of `publish_view` are copied to. */
  viewTargets: DatasetTarget[]
}

interface DatasetTarget {
  name: string
  config: TargetConfig
}

export function openDataset({ name, path, config, sources }: LoadedDataset): Dataset {
  const { root } = sources
  const named = (names: readonly string[]): DatasetTarget[] =>
    [...new Set(names)].flatMap((target): DatasetTarget[] => {
      const configured = root.targets?.[target]
      return configured === undefined ? [] : [{ name: target, config: configured }]
    })
  const targets = named(config.publish)
  const viewTargets = named(config.publishViews.flatMap((view) => view.targets))
  return { name, layout: layoutOf(path), config, root: root.path, targets, viewTargets }
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
  step:
    | 'waiting'
    | 'ingesting'
    | 'exporting'
    | 'retrying'
    | 'sealing'
    | 'measuring'
    | 'viewing'
    | 'publishing'
    | 'draining'
    | 'pruning'
    | 'packing'
    | 'unpacking'
    | 'restoring'
    | 'verifying'
    | 'done'
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
  /**
   * Data may be at risk, whatever the code: something could not be deleted (`delete`), or is gone on a server that nobody has asked to
   * delete (`vanished`).
   */
  risk?: 'delete' | 'vanished'
}
