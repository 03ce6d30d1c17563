import { type KeysAround, type Misfit, isCompressed } from '../misfit.ts'

/** A directory of pg_dump is compressed already. */
export function postgresMisfits({ format }: { format?: unknown }, around: KeysAround): Misfit[] {
  if (format !== 'directory' || !isCompressed(around)) return []
  const message = 'has no use with `format = "directory"`: pg_dump compresses its files'
  return [{ path: ['compress'], message, hint: 'Remove it.' }]
}
