import { basename, dirname } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { type LedgerEntry, entryAt, lineOf } from './entry.ts'
import type { LedgerEvent } from './event.ts'
import { KnownIds } from './known-ids.ts'

/** Ends a line that a crash has torn, so that readers can tell it from one that was damaged later. */
const tornMark = ' #torn'
/** A longer last line is taken as it is; only `pruned` lines of thousands of parcels come near. */
const longestLineBytes = 4 * 1024 * 1024

/**
 * Adds one event to the ledger, durably. A line that a crash has torn is ended first, so that it stays alone;
 * nothing that was written is ever changed.
 */
export function appendToLedger(files: Files, path: string, at: Date, event: LedgerEvent): Promise<void> {
  return appendAllToLedger(files, path, at, [event])
}

/** The same for several events of one time, which are durable together. */
export async function appendAllToLedger(
  files: Files,
  path: string,
  at: Date,
  events: readonly LedgerEvent[],
): Promise<void> {
  // Taking the lock creates the file, so a new one is there already, and empty.
  const isNew = (files.info(path)?.sizeBytes ?? 0) === 0
  const mend = isNew ? '' : endOfLastLine(files, path)
  const sink = await files.append(path)
  try {
    await sink.write(mend + events.map((event) => `${lineOf(at, event)}\n`).join(''))
    await sink.sync()
  } finally {
    await sink.close()
  }
  if (isNew) await files.sync(dirname(path))
}

/** What the last line of the file lacks. */
function endOfLastLine(files: Files, path: string): string {
  if (files.readEnd(path, 1)[0] === 0x0a) return ''
  const end = Buffer.from(files.readEnd(path, longestLineBytes)).toString('utf8')
  const isWhole = entryAt(end, end.lastIndexOf('\n') + 1).entry !== undefined
  return isWhole ? '\n' : `${tornMark}\n`
}

export interface Ledger {
  /** All whole lines, oldest first. */
  entries: LedgerEntry[]
  /** Lines that cannot be read, and were not torn by a crash. What they said is lost. */
  damagedLines: number
}

/** @param text Begins where a line begins, and ends where one ends, or with the end of the file. */
function addLines(text: string, ledger: Ledger, known: KnownIds): void {
  let start = 0
  while (start < text.length) {
    const { entry, end } = entryAt(text, start, known)
    if (entry !== undefined) ledger.entries.push(entry)
    else if (end < text.length && isDamaged(text.slice(start, end))) ledger.damagedLines += 1
    start = end + 1
  }
}

/** Of a line that cannot be read, and is not the last. */
export function isDamaged(line: string): boolean {
  return line.trim() !== '' && !line.endsWith(tornMark)
}

/**
 * A line that a crash has torn is passed over. A missing file is an empty ledger.
 *
 * @param parcels Those that it is likely to tell of, oldest first: it is read faster then.
 */
export function readLedger(files: Files, path: string, parcels: readonly string[] = []): Ledger {
  const ledger: Ledger = { entries: [], damagedLines: 0 }
  const known = new KnownIds(parcels)
  for (const text of files.readPieces(path) ?? []) addLines(text, ledger, known)
  return ledger
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
