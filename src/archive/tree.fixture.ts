import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type ArchiveFormat, type ArchiveOptions, type ArchiveSummary, archiveTrees } from './archive.ts'
import type { Tree } from './tree.ts'

/** Writes an archive of the trees into a file. */
export async function writeArchive(
  path: string,
  format: ArchiveFormat,
  trees: readonly Tree[],
  options?: ArchiveOptions,
): Promise<ArchiveSummary> {
  const archive = archiveTrees(format, trees, options)
  await writeFile(path, archive.body)
  return archive.summary()
}

const slash = Buffer.from('/')

/** Everything below a folder, by name as latin1: kind, mode, time, content, and which names are one file. */
export function snapshot(folder: string, options: { withFractions: boolean; withLinks: boolean }): Map<string, string> {
  const found = new Map<string, string>()
  const firstNames = new Map<string, string>()
  const walk = (path: Buffer, below: string): void => {
    for (const name of fs.readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare)) {
      const inner = Buffer.concat([path, slash, name])
      const key = `${below}${name.toString('latin1')}`
      const stats = fs.lstatSync(inner, { bigint: true })
      const time = Math.floor(Number(stats.mtimeNs / 1000n) / (options.withFractions ? 1 : 1_000_000))
      const mode = (stats.mode & 0o7777n).toString(8)
      if (stats.isDirectory()) {
        found.set(key, `folder ${mode} ${time}`)
        walk(inner, `${key}/`)
      } else if (stats.isSymbolicLink()) {
        found.set(key, `link ${fs.readlinkSync(inner, { encoding: 'buffer' }).toString('latin1')}`)
      } else {
        const sum = createHash('sha256').update(fs.readFileSync(inner)).digest('hex')
        const identity = `${stats.dev}:${stats.ino}`
        if (!firstNames.has(identity)) firstNames.set(identity, key)
        const same = options.withLinks ? ` same as ${firstNames.get(identity)}` : ''
        found.set(key, `file ${mode} ${time} ${sum}${same}`)
      }
    }
  }
  walk(Buffer.from(folder), '')
  return found
}
