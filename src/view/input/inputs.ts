import { join } from 'node:path'
import { pathPattern } from '../../archive/pattern.ts'
import type { StoredEntry } from '../../archive/stored.ts'
import { readTar } from '../../archive/tar-read.ts'
import { readZip } from '../../archive/zip-read.ts'
import type { Bytes } from '../../codec/codec.ts'
import type { Decompression } from '../../codec/foreign.ts'
import { sayBytes } from '../../system/byte-files.ts'
import { type Files, walkFiles } from '../../system/files.ts'
import { openPrivateFolder } from '../../system/private-folder.ts'
import type { ItemsDefinition } from '../definition.ts'
import type { BadItem } from '../item.ts'
import { badFile } from './bad.ts'
import { type InputKind, type KnownInput, impliedKind, inputKindOf, inputKindOfName, whyNot } from './kind.ts'
import { readPieces } from './read-pieces.ts'
import { type Surroundings, writeFile } from './spool.ts'
import { sqliteLogs } from './sqlite.ts'

export interface ParcelSource {
  id: string
  /** Absolute: a file or a folder. */
  path: string
  isFolder: boolean
  extension: string
}

/** A file of a parcel that may hold items. */
export interface Input {
  /** Inside the parcel; empty for a parcel of one file. */
  file: string
  kind: InputKind
  /** Its content, decompressed. @param areBrief A piece need only be valid until the next one is asked for. */
  open(areBrief?: boolean): Bytes
  /** It comes out of an archive: it is to be read once, and before the next input is asked for. */
  isOnce: boolean
  /** Where it lies, if it lies there as it is. */
  path: string | undefined
  /** The place is of our own, and goes with the next input. */
  isPrivate: boolean
}

/** All files of a parcel that the view reads, in the order of their paths; those of an archive in its own order. */
export async function* inputsOf(
  parcel: ParcelSource,
  definition: ItemsDefinition,
  surroundings: Surroundings,
): AsyncGenerator<Input | BadItem> {
  const walk = new InputWalk(definition, surroundings)
  if (parcel.isFolder) yield* walk.folder(parcel.path)
  else yield* walk.file({ file: '', path: parcel.path, known: inputKindOf(parcel.extension), isNamed: true })
}

interface SeenFile {
  file: string
  path: string
  known: KnownInput
  /** It is the parcel, or the view names it: that it cannot be read is told. */
  isNamed: boolean
}

class InputWalk {
  readonly #definition: ItemsDefinition
  readonly #surroundings: Surroundings
  readonly #files: Files
  readonly #pattern: RegExp | undefined

  constructor(definition: ItemsDefinition, surroundings: Surroundings) {
    this.#definition = definition
    this.#surroundings = surroundings
    this.#files = surroundings.files
    this.#pattern = definition.files === undefined ? undefined : pathPattern(definition.files)
  }

  async *folder(folder: string): AsyncGenerator<Input | BadItem> {
    for (const { path: file, kind } of walkFiles(this.#files, folder)) {
      this.#surroundings.signal.throwIfAborted()
      if (kind !== 'file' || isBeside(file)) continue
      const known = inputKindOfName(file)
      const isNamed = this.#names(file)
      if (this.#isLog(file) || !this.#isWanted(known, isNamed)) continue
      try {
        yield* this.file({ file, path: join(folder, file), known, isNamed })
      } catch (error) {
        // A damaged archive; its name stands for what is missing of it.
        yield badFile(error, file, this.#surroundings.signal)
      }
    }
  }

  async *file({ file, path, known, isNamed }: SeenFile): AsyncGenerator<Input | BadItem> {
    const { codecs, kind } = known
    const open = (areBrief = false): Bytes =>
      this.#decompressed(readPieces(this.#files, path, areBrief && codecs.length === 0), codecs)
    if (kind === 'tar') yield* this.#archive(file, readTar(open()), isNamed)
    else if (kind === 'zip' && codecs.length === 0) yield* this.#archive(file, readZip(path), isNamed)
    else {
      const plainPath = codecs.length === 0 ? path : undefined
      yield this.#input(file, known, { open, isOnce: false, path: plainPath, isPrivate: false })
    }
  }

  async *#archive(
    file: string,
    entries: AsyncIterable<StoredEntry>,
    isNamed: boolean,
  ): AsyncGenerator<Input | BadItem> {
    // The log of a database is another entry, which may come later.
    if (impliedKind(this.#definition) === 'sqlite') yield* this.#databases(file, entries, isNamed)
    else {
      for await (const { entry, ...seen } of this.#wantedEntries(file, entries, isNamed)) {
        yield this.#input(seen.file, seen.known, {
          open: () => this.#decompressed(entry.body(), seen.known.codecs),
          isOnce: true,
          path: undefined,
          isPrivate: false,
        })
      }
    }
  }

  async *#databases(
    file: string,
    entries: AsyncIterable<StoredEntry>,
    isNamed: boolean,
  ): AsyncGenerator<Input | BadItem> {
    const folder = openPrivateFolder()
    const found = new Map<string, Input | BadItem>()
    const places = new Map<string, string>()
    const placeOf = (database: string): string => {
      if (!places.has(database)) places.set(database, join(folder.path, `${places.size}`))
      return places.get(database)!
    }
    try {
      for await (const { entry, file: name, known } of this.#wantedEntries(file, entries, isNamed)) {
        const log = sqliteLogs.find((end) => name.endsWith(end)) ?? ''
        const database = log === '' ? name : name.slice(0, -log.length)
        const path = placeOf(database)
        const open = (): Bytes => this.#files.read(path)
        const input = this.#input(name, known, { open, isOnce: false, path, isPrivate: true })
        if (log === '') found.set(name, input)
        if (log === '' && 'problem' in input) continue
        try {
          const bytes = this.#decompressed(entry.body(), log === '' ? known.codecs : [])
          await writeFile(this.#surroundings, `${path}${log}`, bytes)
        } catch (error) {
          found.set(database, badFile(error, name, this.#surroundings.signal))
        }
      }
    } catch (error) {
      // The archive is damaged behind those that have come out.
      found.set('', badFile(error, file, this.#surroundings.signal))
    }
    try {
      yield* found.values()
    } finally {
      folder.remove()
    }
  }

  async *#wantedEntries(
    file: string,
    entries: AsyncIterable<StoredEntry>,
    isArchiveNamed: boolean,
  ): AsyncGenerator<{ entry: StoredEntry; file: string; known: KnownInput }> {
    const inArchive = file === '' ? '' : `${file}/`
    for await (const entry of entries) {
      this.#surroundings.signal.throwIfAborted()
      if (entry.kind !== 'file') continue
      const name = sayBytes(entry.name).replace(/^(?:\.\/)+/, '')
      if (isBeside(name)) continue
      const known = inputKindOfName(name)
      const isNamed = this.#names(name) || this.#names(inArchive + name)
      const isOfNamedArchive = isArchiveNamed && file !== '' && this.#isReadable(known)
      const isWanted = isNamed || isOfNamedArchive || (this.#pattern === undefined && this.#isReadable(known))
      if (isWanted || this.#isLog(name)) yield { entry, file: inArchive + name, known }
    }
  }

  #names(file: string): boolean {
    return this.#pattern?.test(file) === true
  }

  /** What `files` names; without it what can be read. Archives are looked into: `files` may name what is in them. */
  #isWanted(known: KnownInput, isNamed: boolean): boolean {
    if (isNamed || known.kind === 'zip' || known.kind === 'tar') return true
    return this.#pattern === undefined && this.#isReadable(known)
  }

  /** Belongs to a database, and is read with that. */
  #isLog(file: string): boolean {
    return impliedKind(this.#definition) === 'sqlite' && sqliteLogs.some((log) => file.endsWith(log))
  }

  #isReadable({ kind }: KnownInput): boolean {
    return kind !== undefined && kind !== 'zip' && kind !== 'tar' && whyNot(kind, this.#definition) === undefined
  }

  #input(file: string, { kind: told }: KnownInput, content: Omit<Input, 'file' | 'kind'>): Input | BadItem {
    const kind = told ?? impliedKind(this.#definition)
    if (kind === undefined) return { problem: 'its name does not tell what kind of file it is', file }
    if (kind === 'zip' || kind === 'tar') return { problem: 'it is an archive inside of an archive', file }
    const problem = whyNot(kind, this.#definition)
    return problem === undefined ? { file, kind, ...content } : { problem, file }
  }

  #decompressed(bytes: Bytes, codecs: readonly Decompression[]): Bytes {
    return codecs.reduce((inner, codec) => codec.decompress(inner, this.#surroundings.signal), bytes)
  }
}

/** What macOS keeps beside a file, in archives and on disks of other systems: not that file. */
function isBeside(path: string): boolean {
  return /(?:^|\/)\._[^/]*$/.test(path)
}
