import { join } from 'node:path'
import { readTomlFile } from '../../config/toml-file.ts'
import { type TomlValues, valueAt } from '../../config/values.ts'
import { layoutOf } from '../../parcel/layout.ts'
import type { Files } from '../../system/files.ts'
import type { Problem } from '../dataset.ts'

/** `config.toml` of a dataset as it is written; nothing when it cannot be read. */
export function writtenConfig(files: Files, folder: string): TomlValues {
  const { config } = layoutOf(folder)
  const read = readTomlFile(files, config, config)
  return read !== undefined && 'file' in read ? read.file.values : {}
}

/** What its configuration asks for, and no target ever has. */
export function notesOn(files: Files, folder: string): Problem[] {
  const values = writtenConfig(files, folder)
  const notes: Problem[] = []
  const kind = valueAt(values, ['source', 'kind'])
  if (typeof kind === 'string' && /^\.{1,2}\//.test(kind) && files.info(join(folder, kind)) === undefined) {
    notes.push({
      severity: 'warning',
      code: 'not-found',
      message: `its module ${kind} is not at targets`,
      hint: `Put it into ${folder} again.`,
    })
  }
  if (values['git'] === true) {
    notes.push({
      severity: 'warning',
      code: 'git',
      message: 'its git repository is not at targets',
      hint: 'Begin a new one: `unsilo init --git` for this dataset.',
    })
  }
  return notes
}
