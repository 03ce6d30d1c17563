import { linkSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileError } from './file-error.ts'

/**
 * Fills a folder with links: at `path`, relative to it, one to the file `from`. For programs that copy a folder, and are to find
 * files of other places and names in it.
 */
export function makeLinkTree(folder: string, links: Iterable<{ path: string; from: string }>): void {
  const made = new Set<string>()
  for (const { path, from } of links) {
    const at = join(folder, path)
    try {
      const around = dirname(at)
      if (!made.has(around)) mkdirSync(around, { recursive: true })
      made.add(around)
      symlinkSync(from, at)
    } catch (error) {
      throw fileError(error, 'create the link', at)
    }
  }
}

/** Gives the file at `from` another name, in the same file system. */
export function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    throw fileError(error, 'create the hard link', to)
  }
}
