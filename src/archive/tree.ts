import { UnsiloError } from '../errors.ts'
import { type SeenFile, linkTarget, listNames, lookAt, sayBytes } from '../system/byte-files.ts'
import { isTemporaryName } from '../system/replace-file.ts'
import type { ArchiveEntry } from './entry.ts'
import { pathPattern } from './pattern.ts'
import type { Troubles } from './troubles.ts'

/** A folder on disk, and where in the archive what is in it goes. */
export interface Tree {
  folder: string | Buffer
  /** A path in the archive, as in `var/www`; the archive's root when it is missing. */
  name?: string | undefined
  /** Patterns of paths below the folder that are taken, with all that is in them; all when it is missing. */
  include?: readonly string[] | undefined
  /** Patterns of paths below the folder that are left out, with all that is in them, included or not. */
  exclude?: readonly string[] | undefined
  /** Which of the names right in the folder are taken at all; every one when it is missing. */
  takesName?: ((name: Buffer) => boolean) | undefined
}

/** What one tree has at one place of the archive: something on disk, or the way to its `name`. */
interface Place {
  tree: PreparedTree
  /** Parts of the tree's name that are still to come. */
  ahead: readonly string[]
  /** On disk, when nothing is ahead. */
  path: Buffer
  /** Relative to the tree's folder. */
  below: string
  isIncluded: boolean
}

interface PreparedTree {
  include: readonly RegExp[] | undefined
  exclude: readonly RegExp[]
  takesName: Tree['takesName']
}

type FolderEntry = ArchiveEntry & { kind: 'folder' }

const slash = Buffer.from('/')
const newFolder = { mode: 0o755, modifiedNs: 0n, uid: 0, gid: 0 }

/**
 * Everything below the trees' folders, in the order of the names' bytes, a folder before what is in it. Where trees have
 * the same folder it is one, and where they have the same file the later tree's counts.
 *
 * @throws UnsiloError `clash` where one tree has a folder and another something else
 */
export function* walkTrees(
  trees: readonly Tree[],
  troubles: Troubles,
  signal?: AbortSignal,
): Generator<ArchiveEntry, void, undefined> {
  const places = trees.map((tree): Place => {
    const include = tree.include?.map(pathPattern)
    return {
      tree: { include, exclude: (tree.exclude ?? []).map(pathPattern), takesName: tree.takesName },
      ahead: namePartsOf(tree.name ?? ''),
      path: Buffer.from(tree.folder),
      below: '',
      isIncluded: include === undefined,
    }
  })
  yield* walkFolder(Buffer.alloc(0), places, [], troubles, signal)
}

/** @throws UnsiloError `usage` when the name leads out of the archive */
export function namePartsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (!name.startsWith('/') && !parts.includes('..') && !name.includes('\0')) return parts
  throw new UnsiloError('usage', `"${name}" is no name in an archive`, {
    hint: 'Give a relative path without "..", as in "var/www".',
  })
}

/** @param parents Folders that come before the first entry that is included in them. */
function* walkFolder(
  name: Buffer,
  places: readonly Place[],
  parents: FolderEntry[],
  troubles: Troubles,
  signal: AbortSignal | undefined,
): Generator<ArchiveEntry, void, undefined> {
  for (const [part, inside] of placesInside(places, troubles)) {
    signal?.throwIfAborted()
    const bytes = Buffer.from(part, 'latin1')
    const inner = name.length === 0 ? bytes : Buffer.concat([name, slash, bytes])
    const found = inside.flatMap((place) => lookAtPlace(place, troubles))
    const last = found.at(-1)
    if (last === undefined) continue
    const folders = found.filter(({ seen }) => seen === undefined || seen.kind === 'folder')
    if (folders.length > 0 && folders.length < found.length) throw clash(inner)
    if (folders.length === 0) {
      const entry = entryOf(inner, last.place.path, last.seen!, troubles)
      if (entry === undefined) continue
      yield* parents.splice(0)
      yield entry
      continue
    }
    const seen = folders.findLast((folder) => folder.seen !== undefined)?.seen ?? newFolder
    const own: FolderEntry = { kind: 'folder', name: inner, seen }
    // A folder that only leads to what is included comes with the first of that, or not at all.
    const pending = [...parents, own]
    if (folders.some(({ place }) => place.isIncluded)) {
      parents.length = 0
      yield* pending.splice(0)
    }
    const isPending = pending.length > 0
    yield* walkFolder(
      inner,
      folders.map(({ place }) => place),
      pending,
      troubles,
      signal,
    )
    if (isPending && pending.length === 0) parents.length = 0
  }
}

/** What is in the places, by its name as latin1, whose order is that of the bytes. */
function placesInside(places: readonly Place[], troubles: Troubles): [string, Place[]][] {
  const inside = new Map<string, Place[]>()
  const add = (part: Buffer, place: Place): void => {
    const key = part.toString('latin1')
    const others = inside.get(key)
    if (others === undefined) inside.set(key, [place])
    else others.push(place)
  }
  for (const place of places) {
    const [next, ...ahead] = place.ahead
    if (next !== undefined) {
      add(Buffer.from(next), { ...place, ahead })
      continue
    }
    for (const part of namesIn(place.path, troubles)) {
      const text = part.toString('utf8')
      if (isTemporaryName(text)) continue
      if (place.below === '' && place.tree.takesName?.(part) === false) continue
      const below = place.below === '' ? text : `${place.below}/${text}`
      const isMatch = (pattern: RegExp): boolean => pattern.test(below)
      if (place.tree.exclude.some(isMatch)) continue
      const isIncluded = place.isIncluded || (place.tree.include ?? []).some(isMatch)
      add(part, { ...place, path: Buffer.concat([place.path, slash, part]), below, isIncluded })
    }
  }
  return places.length === 1 && places[0]!.ahead.length === 0
    ? [...inside]
    : [...inside].sort(([a], [b]) => (a < b ? -1 : 1))
}

function namesIn(folder: Buffer, troubles: Troubles): Buffer[] {
  try {
    return listNames(folder)
  } catch (error) {
    troubles.couldNotRead(folder, error)
    return []
  }
}

/** @returns Nothing when there is nothing to take; `seen` is missing on the way to a tree's name. */
function lookAtPlace(place: Place, troubles: Troubles): { place: Place; seen?: SeenFile }[] {
  if (place.ahead.length > 0) return [{ place }]
  try {
    const seen = place.below === '' ? rootOf(place.path) : lookAt(place.path)
    return seen.kind === 'folder' || place.isIncluded ? [{ place, seen }] : []
  } catch (error) {
    troubles.couldNotRead(place.path, error)
    return []
  }
}

/** A tree's own folder may be reached through a link. */
function rootOf(path: Buffer): SeenFile {
  return lookAt(Buffer.concat([path, Buffer.from('/.')]))
}

function entryOf(name: Buffer, path: Buffer, seen: SeenFile, troubles: Troubles): ArchiveEntry | undefined {
  if (seen.kind === 'file') return { kind: 'file', name, path, identity: seen.identity }
  if (seen.kind !== 'link') {
    troubles.special(path, seen.kind)
    return undefined
  }
  try {
    return { kind: 'link', name, seen, target: linkTarget(path) }
  } catch (error) {
    troubles.couldNotRead(path, error)
    return undefined
  }
}

function clash(name: Buffer): UnsiloError {
  return new UnsiloError('clash', `${sayBytes(name)} is a folder in one place and a file in another`, {
    hint: 'Give one of them another name.',
  })
}
