import type { Programs } from '../database/programs.ts'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'

/** How long sqlite3 waits for a lock of another program, in ms. */
export const lockWaitMs = 10_000
export const magic = 'SQLite format 3\0'
/** Of the header, the "file format write version": 2 is WAL (https://www.sqlite.org/fileformat.html, section 1.3.3). */
const writeVersionAt = 18

export const shell = ['-batch', '-bail', '-init', '/dev/null'] as const

/**
 * Copies a database as it is at one moment, while others may write to it, and checks every page and index of the copy.
 *
 * A transaction that is open for reading holds the moment: without one, `.backup` begins again each time that another process
 * writes, and may never end. VACUUM INTO would hold it too, but gives rows other ids (https://www.sqlite.org/lang_vacuum.html).
 *
 * @returns A warning when not all of it could be checked.
 */
export async function copyDatabase(
  programs: Programs,
  files: Files,
  from: string,
  to: string,
): Promise<string | undefined> {
  const isReadOnly = await opensReadOnly(files, from)
  await programs.run('sqlite3', [
    ...shell,
    ...(isReadOnly ? ['-readonly'] : []),
    shellPath(from),
    `.timeout ${lockWaitMs}`,
    'BEGIN',
    'SELECT count(*) FROM sqlite_schema',
    `.backup main ${quoted(to)}`,
    'COMMIT',
  ])
  // A copy in WAL mode would get files beside it as soon as somebody reads it.
  const check = [...shell, shellPath(to), 'PRAGMA journal_mode = DELETE', 'PRAGMA integrity_check(3)']
  const answer = await programs.ask('sqlite3', check).catch((error: unknown) => unchecked(error, from))
  if (typeof answer !== 'string') return answer.warning
  const [, ...found] = answer.trim().split('\n')
  if (found.join('') === 'ok') return undefined
  throw new UnsiloError('corrupt', `${from} is damaged: ${found.join('; ')}`, {
    hint: 'Its copy has the same fault. `sqlite3 FILE .recover` may save what is in it; look for an older parcel.',
  })
}

/**
 * Whether it can be opened without any change beside it. One in WAL mode that nobody has open cannot: reading makes two files
 * beside it, which only a connection that may write takes away again.
 *
 * @throws UnsiloError when it is no database: sqlite3 takes a file of a few bytes for an empty one
 */
async function opensReadOnly(files: Files, path: string): Promise<boolean> {
  const header = await readHeader(files, path)
  if (header.length === 0) {
    throw new UnsiloError('empty', `the database ${path} is empty (0 bytes)`, {
      hint: 'Look at `path` in config.toml, and at the program that it belongs to.',
    })
  }
  if (header.toString('latin1', 0, magic.length) !== magic) {
    throw new UnsiloError('wrong-content', `${path} is no SQLite database`, {
      hint: 'It is another kind of file, or an encrypted database (SQLCipher); mend `path`.',
    })
  }
  return header[writeVersionAt] !== 2 || files.info(`${path}-wal`) !== undefined
}

export async function readHeader(files: Files, path: string): Promise<Buffer> {
  for await (const chunk of files.read(path)) return Buffer.from(chunk)
  return Buffer.alloc(0)
}

/** Parts that only the database's own program has keep sqlite3 from looking at all of it. */
function unchecked(error: unknown, from: string): { warning: string } {
  const isBeyond =
    error instanceof UnsiloError &&
    /no such (?:module|collation sequence|function)|unknown tokenizer/i.test(error.message)
  if (!isBeyond) throw error
  return { warning: `${from} could not be checked whole: ${error.message}` }
}

/** As an argument: what begins with a dash is an option, and with "file:" may be a URI. */
export function shellPath(path: string): string {
  return path.startsWith('/') ? path : `./${path}`
}

/** As sqlite3's dot-commands have it. */
export function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
