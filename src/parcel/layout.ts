import { join } from 'node:path'
import type { ParcelId } from './id.ts'

/** Where a dataset keeps what. The names are export_manager's; `docs/format.md` describes them. */
export interface Layout {
  folder: string
  config: string
  metrics: string
  ledger: string
  data: string
  incomplete: string
  log: string
  /** What `thin` has taken out of `data/`, for a while. */
  trash: string
  /** What is derived; it may be deleted at any time. */
  cache: string
}

export function layoutOf(folder: string): Layout {
  // With its slash. To put paths together takes longer than to look for a file.
  const inside = join(folder, 'x').slice(0, -1)
  return {
    folder,
    config: `${inside}config.toml`,
    metrics: `${inside}metrics.csv`,
    ledger: `${inside}ledger.ndjson`,
    data: `${inside}data`,
    incomplete: `${inside}incomplete`,
    log: `${inside}log`,
    trash: `${inside}trash`,
    cache: `${inside}.cache`,
  }
}

export interface ParcelLogs {
  /** What the export command printed. */
  out: string
  err: string
  /** Of a folder parcel: the sha256 of each of its files, as sha256sum(1) writes and checks them. */
  hashes: string
}

export function logsOf(layout: Layout, id: ParcelId): ParcelLogs {
  const path = join(layout.log, id)
  return { out: `${path}.out`, err: `${path}.err`, hashes: `${path}.sha256` }
}
