import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that lies below a folder, parcels too, as one text. */
export function everythingIn(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n')
}
