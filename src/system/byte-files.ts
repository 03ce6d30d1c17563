import { isUtf8 } from 'node:buffer'
import * as fs from 'node:fs'
import { fileError } from './file-error.ts'

/**
 * The file system by paths that are bytes. A name on Linux is any bytes but `/` and NUL; one that is not UTF-8 cannot be
 * reached through a string. Links are never followed here. Errors of the operating system arrive as `UnsiloError`.
 */
export interface SeenFile {
  kind: 'file' | 'folder' | 'link' | 'socket' | 'pipe' | 'device'
  sizeBytes: number
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  mode: number
  /** Since 1970, in ns; negative before. */
  modifiedNs: bigint
  uid: number
  gid: number
  /** The same for all names of one file (hard links); `undefined` when it has only one. */
  identity: string | undefined
}

function seen(stats: fs.BigIntStats): SeenFile {
  return {
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    mode: Number(stats.mode & 0o7777n),
    modifiedNs: stats.mtimeNs,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    identity: stats.nlink > 1n ? `${stats.dev}:${stats.ino}` : undefined,
  }
}

function kindOf(stats: fs.BigIntStats): SeenFile['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isSocket()) return 'socket'
  return stats.isFIFO() ? 'pipe' : 'device'
}

function attempt<T>(doing: string, path: Uint8Array, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw fileError(error, doing, sayBytes(path))
  }
}

/** @throws UnsiloError `not-found` */
export function lookAt(path: Buffer): SeenFile {
  return attempt('look at', path, () => seen(fs.lstatSync(path, { bigint: true })))
}

/** Names in a folder, in the order of their bytes. @throws UnsiloError `not-found` */
export function listNames(folder: Buffer): Buffer[] {
  return attempt('list', folder, () => fs.readdirSync(folder, { encoding: 'buffer' })).sort(Buffer.compare)
}

/** What the link at `path` names. */
export function linkTarget(path: Buffer): Buffer {
  return attempt('read the link', path, () => fs.readlinkSync(path, { encoding: 'buffer' }))
}

/** A regular file that is being read. */
export interface OpenedFile {
  look(): SeenFile
  /** Fills the buffer from `position` of the file on; returns fewer bytes only at the file's end. */
  readNow(into: Buffer, position: number): number
  /** The same, without holding up the event loop. */
  read(into: Buffer, position: number): Promise<number>
  close(): void
}

/** Opens what is at `path`; a link is not followed, and a pipe not waited for. @throws UnsiloError `not-found` */
export function openForReading(path: Buffer): OpenedFile {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  const descriptor = attempt('open', path, () => fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
  return {
    look: () => attempt('look at', path, () => seen(fs.fstatSync(descriptor, { bigint: true }))),
    readNow(into, position) {
      let filled = 0
      while (filled < into.length) {
        const got = attempt('read', path, () =>
          fs.readSync(descriptor, into, filled, into.length - filled, position + filled),
        )
        if (got === 0) break
        filled += got
      }
      return filled
    },
    async read(into, position) {
      let filled = 0
      while (filled < into.length) {
        const got = await new Promise<number>((resolve, reject) =>
          fs.read(descriptor, into, filled, into.length - filled, position + filled, (error, bytes) =>
            error === null ? resolve(bytes) : reject(fileError(error, 'read', sayBytes(path)) as Error),
          ),
        )
        if (got === 0) break
        filled += got
      }
      return filled
    },
    close: () => fs.closeSync(descriptor),
  }
}

/** A name or path for a message, on one line: control characters, and bytes that are not UTF-8, as `\xNN`. */
export function sayBytes(bytes: Uint8Array): string {
  const isText = isUtf8(bytes)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(isText ? 'utf8' : 'latin1')
  const unsafe = isText ? /\p{Cc}/gu : /[^\x20-\x7e]/g
  return text.replaceAll(unsafe, (char) =>
    char === '\n' ? String.raw`\n` : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** A file that is being written. */
export interface NewFile {
  write(chunk: Uint8Array): Promise<void>
  setModeAndTime(to: ModeAndTime): void
  close(): void
  /** Closes and removes it. */
  discard(): void
}

export interface ModeAndTime {
  /** Setuid and setgid are left out: they mean the owner, which is another now. */
  mode: number
  /** Set to the microsecond, before 1970 to the millisecond: Node.js can do no better. */
  modifiedNs: bigint
}

/** Creates a file that only its owner may read so far. @throws UnsiloError `clash` when anything is there */
export function createFile(path: Buffer): NewFile {
  const descriptor = attempt('create', path, () => fs.openSync(path, 'wx', 0o600))
  return {
    async write(chunk) {
      for (let from = 0; from < chunk.length;) {
        const rest = chunk.length - from
        // A small write takes less time than a trip through Node's thread pool.
        from +=
          rest <= 64 * 1024
            ? attempt('write', path, () => fs.writeSync(descriptor, chunk, from, rest))
            : await writeSome(descriptor, chunk, from, path)
      }
    },
    setModeAndTime({ mode, modifiedNs }) {
      attempt('set the mode of', path, () => fs.fchmodSync(descriptor, mode & 0o1777))
      attempt('set the time of', path, () => fs.futimesSync(descriptor, new Date(), inSeconds(modifiedNs)))
    },
    close: () => fs.closeSync(descriptor),
    discard() {
      fs.closeSync(descriptor)
      attempt('remove', path, () => fs.rmSync(path))
    },
  }
}

function writeSome(descriptor: number, chunk: Uint8Array, from: number, path: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, chunk, from, chunk.length - from, null, (error, bytes) =>
      error === null ? resolve(bytes) : reject(fileError(error, 'write', sayBytes(path)) as Error),
    )
  })
}

/** libuv cuts off what is finer than a microsecond, so half of one keeps a rounding error from costing a whole one. */
function inSeconds(ns: bigint): number | Date {
  // Node.js takes a negative number for the present.
  if (ns < 0n) return new Date(Number(ns / 1_000_000n))
  const microseconds = Number(ns / 1000n)
  return microseconds % 1_000_000 === 0 ? microseconds / 1_000_000 : (microseconds + 0.5) / 1_000_000
}

export function setModeAndTime(path: Buffer, { mode, modifiedNs }: ModeAndTime): void {
  attempt('set the mode of', path, () => fs.chmodSync(path, mode & 0o1777))
  attempt('set the time of', path, () => fs.utimesSync(path, new Date(), inSeconds(modifiedNs)))
}

/** Makes one folder, in a folder that is there. */
export function makeFolder(path: Buffer): void {
  attempt('create the folder', path, () => fs.mkdirSync(path))
}

export function makeLink(target: Buffer, path: Buffer, modifiedNs: bigint): void {
  attempt('create the link', path, () => fs.symlinkSync(target, path))
  attempt('set the time of', path, () => fs.lutimesSync(path, new Date(), inSeconds(modifiedNs)))
}

/** Another name for the file at `existing`. */
export function makeHardLink(existing: Buffer, path: Buffer): void {
  attempt('create the hard link', path, () => fs.linkSync(existing, path))
}

export function removeFile(path: Buffer): void {
  attempt('remove', path, () => fs.rmSync(path))
}
