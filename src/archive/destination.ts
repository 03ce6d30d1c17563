import { UnsiloError } from '../errors.ts'
import {
  type NewFile,
  createFile,
  lookAt,
  makeFolder,
  makeHardLink,
  makeLink,
  removeFile,
  sayBytes,
  setModeAndTime,
} from '../system/byte-files.ts'
import type { StoredEntry } from './stored.ts'

const slash = Buffer.from('/')

type Times = Pick<StoredEntry, 'mode' | 'modifiedNs'>

/**
 * A folder that an archive is extracted into, and that nothing is written out of. Links are made last, so nothing is ever
 * written through one of the archive's; through one that was there before, nothing is written either.
 */
export class Destination {
  readonly #folder: Buffer
  /** Folders that are known to be folders, by their path in the archive as latin1. */
  readonly #known = new Set([''])
  readonly #folders = new Map<string, Times>()
  readonly #links = new Map<string, StoredEntry>()
  /** The file that was written last; an entry of the same name right after it replaces it. */
  #last = ''

  /** The folder is created when it is missing, but not the folder around it. */
  constructor(folder: string) {
    this.#folder = Buffer.from(folder)
    // It may itself be reached through a link.
    if (!isThere(this.#folder)) makeFolder(this.#folder)
  }

  /** @param entry A file; the body is for the caller to write. */
  file(entry: StoredEntry): NewFile {
    const path = this.#placeFor(entry)
    const key = entry.name.toString('latin1')
    if (key === this.#last) removeFile(path)
    this.#last = key
    return createFile(path)
  }

  folder(entry: StoredEntry): void {
    const key = partsOf(entry.name, entry.name).join('/')
    this.#enter(partsOf(entry.name, entry.name), entry)
    if (key !== '') this.#folders.set(key, { mode: entry.mode, modifiedNs: entry.modifiedNs })
  }

  link(entry: StoredEntry): void {
    if (entry.target.length === 0 || entry.target.includes(0)) throw refused(entry, 'its link leads nowhere')
    this.#placeFor(entry)
    this.#links.set(partsOf(entry.name, entry.name).join('/'), entry)
  }

  hardLink(entry: StoredEntry): void {
    const path = this.#placeFor(entry)
    const parts = partsOf(entry.target, entry.name)
    const key = parts.join('/')
    const link = this.#links.get(key)
    if (link !== undefined) {
      this.#links.set(partsOf(entry.name, entry.name).join('/'), { ...entry, target: link.target })
      return
    }
    if (parts.length === 0) throw refused(entry, 'its hard link leads nowhere')
    this.#enter(parts.slice(0, -1), entry)
    const target = this.#pathOf(parts)
    if (!isThere(target) || lookAt(target).kind !== 'file') {
      throw refused(entry, `its hard link names "${sayBytes(entry.target)}", which is no file of the archive before it`)
    }
    makeHardLink(target, path)
  }

  /** Makes the links; then sets the folders' modes and times, the deepest first, as writing into them changes those. */
  finish(): void {
    for (const [key, entry] of this.#links) makeLink(entry.target, this.#pathOf(key.split('/')), entry.modifiedNs)
    const deepestFirst = [...this.#folders].sort(([a], [b]) => (a < b ? 1 : -1))
    for (const [key, times] of deepestFirst) setModeAndTime(this.#pathOf(key.split('/')), times)
  }

  /** Where an entry goes that is no folder. @throws UnsiloError when that is outside, or behind a link */
  #placeFor(entry: StoredEntry): Buffer {
    const parts = partsOf(entry.name, entry.name)
    if (parts.length === 0) throw refused(entry, 'it has no name')
    if (this.#links.has(parts.join('/'))) throw refused(entry, 'a link before it has the same name')
    this.#enter(parts.slice(0, -1), entry)
    return this.#pathOf(parts)
  }

  /** Makes the folders that are missing. */
  #enter(parts: readonly string[], entry: StoredEntry): void {
    for (let depth = 1; depth <= parts.length; depth++) {
      const key = parts.slice(0, depth).join('/')
      if (this.#known.has(key)) continue
      const path = this.#pathOf(parts.slice(0, depth))
      const there = this.#links.has(key) ? 'link' : isThere(path) ? lookAt(path).kind : undefined
      const said = sayBytes(Buffer.from(key, 'latin1'))
      if (there === 'link') throw refused(entry, `it would be written through the link "${said}"`)
      if (there !== undefined && there !== 'folder') throw refused(entry, `"${said}" is a ${there}, and no folder`)
      if (there === undefined) makeFolder(path)
      this.#known.add(key)
    }
  }

  #pathOf(parts: readonly string[]): Buffer {
    return Buffer.concat([this.#folder, ...parts.flatMap((part) => [slash, Buffer.from(part, 'latin1')])])
  }
}

/** Its parts, as latin1, which keeps the bytes. @throws UnsiloError when the name leads out of the folder */
function partsOf(name: Buffer, of: Buffer): string[] {
  const text = name.toString('latin1')
  const wrong = (reason: string): UnsiloError => refused({ name: of }, `${reason}: "${sayBytes(name)}"`)
  if (text.startsWith('/')) throw wrong('an absolute path leads out of the folder')
  if (text.includes('\0')) throw wrong('a path with a NUL byte')
  if (process.platform === 'win32' && /[\\:]/.test(text)) throw wrong('a path that Windows reads in another way')
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw wrong('a path with ".." leads out of the folder')
  return parts
}

function isThere(path: Buffer): boolean {
  try {
    lookAt(path)
    return true
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'not-found') return false
    throw error
  }
}

function refused({ name }: Pick<StoredEntry, 'name'>, reason: string): UnsiloError {
  return new UnsiloError('wrong-content', `the archive's entry "${sayBytes(name)}" is refused: ${reason}`, {
    hint: 'The archive is damaged, or made to do harm. What was extracted before this entry is still there.',
  })
}
