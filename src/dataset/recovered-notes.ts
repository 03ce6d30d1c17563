import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { shortened } from '../source/folder/warnings.ts'
import { notesOf } from '../source/rest/manifest.ts'
import { type ExportNotes, nothingToNote } from '../source/source.ts'
import type { Files } from '../system/files.ts'
import type { Dataset } from './dataset.ts'
import { ownLinePrefix } from './export-logs.ts'

/** What the source said of a parcel, as far as it had written it down before a crash. */
export function recoveredNotes({ config, layout }: Dataset, files: Files, id: ParcelId, path: string): ExportNotes {
  const { source } = config
  if (source?.kind === 'rest') return notesOf(files, path)
  if (source?.kind !== 'folder') return nothingToNote
  const warnings = shortened(linesOfLastTry(files.readText(logsOf(layout, id).err) ?? ''))
  return { ...nothingToNote, warnings, ...(source.split ? { split: true as const } : {}) }
}

function linesOfLastTry(log: string): string[] {
  const lines = log.split('\n').filter((line) => line !== '')
  return lines.slice(lines.findLastIndex((line) => line.startsWith(ownLinePrefix)) + 1)
}
