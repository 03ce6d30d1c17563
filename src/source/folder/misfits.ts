import { type KeysAround, type Misfit, isCompressed } from '../misfit.ts'

/** An archive has its compression in its format, and copies are to be what they are copies of. */
export function folderMisfits(around: KeysAround): Misfit[] {
  if (!isCompressed(around)) return []
  const hint = 'Say it with `format`, as in "tar.zst".'
  return [{ path: ['compress'], message: 'has no use with kind = "folder"', hint }]
}
