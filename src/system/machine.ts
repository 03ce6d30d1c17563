import { accessSync, constants, statfsSync } from 'node:fs'
import * as zlib from 'node:zlib'
import { askProgram } from './ask-program.ts'
import { fileError } from './file-error.ts'
import { startCommand } from './processes.ts'

/** True when the program can be started, whatever it then says. */
export async function hasProgram(name: string, ...parameters: string[]): Promise<boolean> {
  try {
    await startCommand({ command: [name, ...parameters], timeoutMs: 10_000 }).ended
    return true
  } catch {
    return false
  }
}

/** What a program says of its version; `undefined` when it cannot be started. */
export async function versionOf(name: string): Promise<string | undefined> {
  try {
    return (await askProgram([name, '--version'], { timeoutMs: 10_000 })).stdout
  } catch {
    return undefined
  }
}

/** True when this Node.js compresses zstd by itself (22.15 and newer). */
export function hasOwnZstd(): boolean {
  return 'createZstdCompress' in zlib
}

/** @throws UnsiloError `not-permitted` when this user may not write in the folder */
export function checkWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw fileError(error, 'write in', folder)
  }
}

/** Bytes that this user can still write on the file system of `path`, and its size. */
export function diskSpace(path: string): { freeBytes: number; sizeBytes: number } {
  try {
    const { bavail, blocks, bsize } = statfsSync(path)
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize }
  } catch (error) {
    throw fileError(error, 'look at the disk of', path)
  }
}
