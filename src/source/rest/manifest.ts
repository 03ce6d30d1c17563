import type { Files } from '../../system/files.ts'
import { type ExportNotes, nothingToNote } from '../source.ts'
import { parseParcelJson } from './parcel-json.ts'

export const manifestName = 'manifest.json'

/** What a parcel holds of one stream. `docs/format.md` describes it. */
export interface StreamManifest {
  /** Every page that the server had to give is here. */
  complete: boolean
  /** Why it stopped. */
  why: string
  /** `full`: everything that the server shows. `incremental`: only what was new since an earlier parcel. */
  mode: 'full' | 'incremental'
  /** Why it was this mode. */
  because: string
  pages: number
  /** Records on the pages; one that came twice counts twice. */
  items: number
  /** Requests that a rule (`on`) passed over. */
  skipped: number
  /** Groups of a child stream, one for each record of its parent. */
  groups?: number
  /** Up to where everything is known now; of a stream with one group only. */
  cursor?: string
  /** The largest value of `high_water` in each group. */
  marks?: Record<string, string>
  /** Records at or below the earlier mark that the server still shows. */
  belowMark?: number
  window?: { newest: number; by?: string }
  errors?: string[]
}

export interface ExchangeManifest {
  version: 1
  base: string
  startedAt: string
  endedAt: string
  /** Requests of an earlier try that this parcel began with; 0 when it was made in one go. */
  resumedRequests: number
  /** What earlier parcels hold is left out where it is `part`. */
  holds: 'all' | 'part'
  streams: Record<string, StreamManifest>
  /** Of each stream that was asked for as a whole, and is not emptied by a drain: how many records it has. */
  records?: Record<string, number>
  /** Of each stream with `cursor` or `high_water`: the largest value that was ever seen. */
  newest?: Record<string, string>
  /** What could not be had, one sentence each. */
  incomplete: string[]
  warnings: string[]
}

/** What the source said of a parcel when it had made it. */
export function notesOf(files: Files, folder: string): ExportNotes {
  const manifest = parseManifest(files.readText(`${folder}/${manifestName}`))
  if (manifest === undefined) return nothingToNote
  const { holds, incomplete, warnings, records, newest } = manifest
  return { holds, incomplete, warnings, records, newest }
}

export function parseManifest(text: string | undefined): ExchangeManifest | undefined {
  return parseParcelJson<ExchangeManifest>(text, ({ streams }) => typeof streams === 'object' && streams !== null)
}
