import { basename, dirname } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { type LedgerEntry, type LedgerEvent, entryOf, lineOf } from './entry.ts'

const newline = 0x0a

/**
 * Adds one event to the ledger, durably. A line that a crash has torn is ended first, so that it stays alone;
 * nothing that was written is ever changed.
 */
export async function appendToLedger(files: Files, path: string, at: Date, event: LedgerEvent): Promise<void> {
  // Taking the lock creates the file, so a new one is there already, and empty.
  const isNew = (files.info(path)?.sizeBytes ?? 0) === 0
  const torn = !isNew && endsTorn(files, path)
  const sink = await files.append(path)
  try {
    await sink.write(`${torn ? '\n' : ''}${lineOf(at, event)}\n`)
    await sink.sync()
  } finally {
    await sink.close()
  }
  if (isNew) await files.sync(dirname(path))
}

function endsTorn(files: Files, path: string): boolean {
  const [last] = files.readEnd(path, 1)
  return last !== undefined && last !== newline
}

/** All whole lines of the ledger, oldest first; a torn line is skipped. A missing file has none. */
export function readLedger(files: Files, path: string): LedgerEntry[] {
  const text = files.readText(path)
  if (text === undefined) return []
  const entries: LedgerEntry[] = []
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('\n', start)
    if (end === -1) end = text.length
    const entry = entryOf(text.slice(start, end))
    if (entry !== undefined) entries.push(entry)
    start = end + 1
  }
  return entries
}

/** @throws UnsiloError `corrupt` when a line that claims to be whole does not parse */
export function detailsOf<Name extends LedgerEvent['event']>(
  entry: LedgerEntry & { event: Name },
  path: string,
): Extract<LedgerEvent, { event: Name }> {
  try {
    return JSON.parse(entry.line) as Extract<LedgerEvent, { event: Name }>
  } catch (error) {
    throw new UnsiloError('corrupt', `a line of ${basename(path)} is damaged: ${entry.line.slice(0, 80)}`, {
      hint: `Remove that line from ${path}; the parcels themselves are not affected.`,
      cause: error,
    })
  }
}
