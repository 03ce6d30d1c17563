import { UnsiloError } from '../errors.ts'

const unitBytes: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Reads a size such as `10 MB`, `1.5 GiB` or `300`, in bytes. @throws UnsiloError `config` for anything else */
export function parseSize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  const name = match?.[2]!.toLowerCase() ?? ''
  if (match === null || !Object.hasOwn(unitBytes, name)) {
    throw new UnsiloError('config', `"${text}" is not a size`, { hint: 'Write it like "10 MB", "1.5 GiB" or 300.' })
  }
  const bytes = Math.round(Number(match[1]) * unitBytes[name]!)
  if (Number.isSafeInteger(bytes)) return bytes
  throw new UnsiloError('config', `"${text}" is too large a size`, { hint: 'The largest is 9007 TB.' })
}

/** Says a size in three digits at most: `512 B`, `1.2 MB`, `31 GB`. */
export function saySize(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5 || unit === 'TB')
      return `${value < 9.95 && unit !== 'B' ? value.toFixed(1) : Math.round(value)} ${unit}`
    value /= 1000
  }
  return `${bytes} B`
}
