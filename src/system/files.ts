import { type Stats, createReadStream } from 'node:fs'
import * as nodeFs from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileError } from './file-error.ts'
import { readPieces, readText } from './read-text.ts'

export interface FolderEntry {
  name: string
  kind: 'file' | 'folder' | 'link' | 'other'
}

export interface FileInfo {
  kind: 'file' | 'folder' | 'other'
  sizeBytes: number
  modifiedAt: Date
}

/** A file that is being written. */
export interface FileSink {
  /** The descriptor, to pass on to a program that writes the file itself. */
  readonly descriptor: number
  write(chunk: Uint8Array | string): Promise<void>
  /** Returns when the bytes are on the disk (fsync). */
  sync(): Promise<void>
  close(): Promise<void>
}

/** A file that is read here and there. */
export interface FileReader {
  /** Fills `target` with what stands from `position` on. @returns How many bytes there were. */
  read(target: Uint8Array, position: number): number
  close(): void
}

/**
 * Every use of the file system that matters goes through here, so that a test can break any step of it.
 * Errors of the operating system arrive as `UnsiloError`.
 */
export interface Files {
  /** Entries of a folder in the order of their names; none when the folder does not exist. */
  list(folder: string): FolderEntry[]
  /** Follows links. `undefined` when there is nothing, or a link that leads nowhere. */
  info(path: string): FileInfo | undefined
  /** `undefined` when the file does not exist. */
  readText(path: string): string | undefined
  /** The same in pieces of some 64 kB that end where lines end: with much text that takes half the time, and less memory. */
  readPieces(path: string): string[] | undefined
  /** The last `bytes` bytes of a file, or all of a shorter one; none when it does not exist. */
  readEnd(path: string, bytes: number): Uint8Array
  /** @param range Where to begin, and how many bytes at most; all of it when it is missing. */
  read(path: string, range?: { from: number; bytes: number }): AsyncIterable<Uint8Array>
  /** Opens a file to read parts of it; `undefined` when it does not exist. It stays readable when it is removed meanwhile. */
  open(path: string): FileReader | undefined
  /** Creates a file for writing. @throws UnsiloError `clash` when it exists */
  create(path: string): Promise<FileSink>
  /** Opens a file to add to its end; creates it when it is missing. */
  append(path: string): Promise<FileSink>
  /** Cuts a file off after so many bytes, durably. */
  truncate(path: string, bytes: number): Promise<void>
  /** Creates the folder and those above it; one that exists is left as it is. */
  makeFolder(path: string): void
  /** Makes a file's bytes, or a folder's entries, durable (fsync). */
  sync(path: string): Promise<void>
  rename(from: string, to: string): void
  /** Makes `to` a link to what the link `from` names. */
  copyLink(from: string, to: string): void
  /** Removes a file or a whole folder; nothing there is no error. */
  remove(path: string): Promise<void>
}

function fileSink(handle: FileHandle, path: string): FileSink {
  return {
    descriptor: handle.fd,
    async write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      let offset = 0
      while (offset < bytes.length) {
        // A write may be short: a full disk takes what fits and reports the error on the next one (write(2)).
        const { bytesWritten } = await attempt('write', path, () => handle.write(bytes, offset))
        offset += bytesWritten
      }
    },
    sync: () => attempt('sync', path, () => handle.sync()),
    close: () => attempt('close', path, () => handle.close()),
  }
}

async function attempt<T>(doing: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw fileError(error, doing, path)
  }
}

function attemptNow<T>(doing: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw fileError(error, doing, path)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function entryKind(entry: nodeFs.Dirent): FolderEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

function isSorted(entries: readonly FolderEntry[]): boolean {
  for (let index = 1; index < entries.length; index++) {
    if (entries[index]!.name < entries[index - 1]!.name) return false
  }
  return true
}

function fileKind(stats: Stats): FileInfo['kind'] {
  if (stats.isFile()) return 'file'
  return stats.isDirectory() ? 'folder' : 'other'
}

/**
 * One after the other, from the first that is missing. Node's own way (`recursive`) never ends where the system calls a folder missing
 * whose parent is there, as in /proc, and hides the reason on a read-only file system.
 */
function makeFolders(path: string): void {
  const found = (place: string): Stats | undefined => nodeFs.statSync(place, { throwIfNoEntry: false })
  if (found(path)?.isDirectory() === true) return
  const parent = dirname(path)
  if (found(parent) === undefined && parent !== path) makeFolders(parent)
  try {
    nodeFs.mkdirSync(path)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (found(path)?.isDirectory() !== true) throw error
  }
}

const longestPieceBytes = 256 * 1024

/**
 * Reads a file, or a part of it. Node's errors pass as they are.
 *
 * A small one is given no larger buffers than it fills: thousands of files would keep the garbage collector busy.
 */
export function readInPieces(path: string, range?: { from: number; bytes: number }): AsyncIterable<Uint8Array> {
  const sizeBytes = nodeFs.statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const highWaterMark = Math.min(Math.max(Math.min(sizeBytes, range?.bytes ?? sizeBytes), 1024), longestPieceBytes)
  const part = range === undefined ? {} : { start: range.from, end: range.from + range.bytes - 1 }
  return createReadStream(path, { highWaterMark, ...part }) as AsyncIterable<Uint8Array>
}

function readFully(descriptor: number, target: Uint8Array, position: number): number {
  let done = 0
  while (done < target.length) {
    const count = nodeFs.readSync(descriptor, target, done, target.length - done, position + done)
    if (count === 0) break
    done += count
  }
  return done
}

function readIfThere<T>(path: string, read: (path: string) => T): T | undefined {
  try {
    return read(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw fileError(error, 'read', path)
  }
}

// Look-ups and renames are synchronous: each takes microseconds, less than a trip through Node's thread pool. What waits
// for the disk (writes, fsync, removing a tree) is asynchronous, so that datasets side by side overlap.
export const systemFiles: Files = {
  list(folder) {
    try {
      const entries = nodeFs
        .readdirSync(folder, { withFileTypes: true })
        .map((entry): FolderEntry => ({ name: entry.name, kind: entryKind(entry) }))
      // They mostly are.
      return isSorted(entries) ? entries : entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      if (isMissing(error)) return []
      throw fileError(error, 'list', folder)
    }
  },
  info(path) {
    const stats = attemptNow('look at', path, () => {
      try {
        return nodeFs.statSync(path, { throwIfNoEntry: false })
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    })
    if (stats === undefined) return undefined
    return { kind: fileKind(stats), sizeBytes: stats.size, modifiedAt: stats.mtime }
  },
  readText: (path) => readIfThere(path, readText),
  readPieces: (path) => readIfThere(path, readPieces),
  readEnd(path, bytes) {
    try {
      const descriptor = nodeFs.openSync(path, 'r')
      try {
        const { size } = nodeFs.fstatSync(descriptor)
        const buffer = new Uint8Array(Math.min(bytes, size))
        return buffer.subarray(0, nodeFs.readSync(descriptor, buffer, 0, buffer.length, size - buffer.length))
      } finally {
        nodeFs.closeSync(descriptor)
      }
    } catch (error) {
      if (isMissing(error)) return new Uint8Array(0)
      throw fileError(error, 'read', path)
    }
  },
  async *read(path, range) {
    // A stream's `end` is inclusive, so it cannot say that nothing is wanted.
    if (range?.bytes === 0) return
    try {
      yield* readInPieces(path, range)
    } catch (error) {
      throw fileError(error, 'read', path)
    }
  },
  open(path) {
    try {
      const descriptor = nodeFs.openSync(path, 'r')
      return {
        read: (target, position) => attemptNow('read', path, () => readFully(descriptor, target, position)),
        close: () => nodeFs.closeSync(descriptor),
      }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw fileError(error, 'read', path)
    }
  },
  async create(path) {
    return fileSink(await attempt('create', path, () => open(path, 'wx', 0o666)), path)
  },
  async append(path) {
    return fileSink(await attempt('open', path, () => open(path, 'a', 0o666)), path)
  },
  async truncate(path, bytes) {
    const handle = await attempt('open', path, () => open(path, 'r+'))
    try {
      await attempt('cut off', path, () => handle.truncate(bytes))
      await attempt('sync', path, () => handle.sync())
    } finally {
      await handle.close()
    }
  },
  makeFolder(path) {
    attemptNow('create the folder', path, () => makeFolders(path))
  },
  async sync(path) {
    const handle = await attempt('open', path, () => open(path, 'r'))
    try {
      await attempt('sync', path, () => handle.sync())
    } finally {
      await handle.close()
    }
  },
  rename(from, to) {
    attemptNow('rename', `${from} to ${to}`, () => nodeFs.renameSync(from, to))
  },
  copyLink(from, to) {
    attemptNow('copy the link', from, () => nodeFs.symlinkSync(nodeFs.readlinkSync(from), to))
  },
  remove: (path) => attempt('remove', path, () => rm(path, { recursive: true, force: true })),
}

export interface FoundFile {
  /** Relative to the folder that was walked. */
  path: string
  kind: Exclude<FolderEntry['kind'], 'folder'>
}

/** Yields everything below a folder that is not a folder, depth first; links are not followed. */
export function* walkFiles(files: Files, folder: string, below = ''): Generator<FoundFile> {
  for (const { name, kind } of files.list(join(folder, below))) {
    const path = below === '' ? name : `${below}/${name}`
    if (kind === 'folder') yield* walkFiles(files, folder, path)
    else yield { path, kind }
  }
}
