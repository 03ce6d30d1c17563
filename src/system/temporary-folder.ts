import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileError } from './file-error.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const folders = new Set<string>()

export interface TemporaryFolder {
  readonly path: string
  remove(): void
}

/**
 * Makes an empty folder that only this user may enter. What the caller does not remove goes when the process ends, by
 * itself or by a signal.
 */
export function makeTemporaryFolder(): TemporaryFolder {
  const place = join(tmpdir(), 'unsilo-')
  let path: string
  try {
    path = mkdtempSync(place)
  } catch (error) {
    throw fileError(error, 'create the folder', place)
  }
  if (folders.size === 0) watch()
  folders.add(path)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true })
      if (folders.delete(path) && folders.size === 0) unwatch()
    },
  }
}

function watch(): void {
  process.on('exit', removeAll)
  for (const signal of signals) process.on(signal, endBySignal)
}

function unwatch(): void {
  process.off('exit', removeAll)
  for (const signal of signals) process.off(signal, endBySignal)
}

function removeAll(): void {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
  folders.clear()
}

/** Ends the process as if nobody listened; a program that listens itself decides itself. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  removeAll()
  unwatch()
  process.kill(process.pid, signal)
}
