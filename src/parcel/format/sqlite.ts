import { type FileHandle, open } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { UnsiloError } from '../../errors.ts'
import { fileError } from '../../system/file-error.ts'
import { startCommand } from '../../system/processes.ts'
import type { Format } from './format.ts'

const headerBytes = 100
const magic = 'SQLite format 3\0'
/** What keeps the program from looking, though the database may be whole: it uses parts that only its own application has. */
const beyondProgram = /no such (module|collation sequence|function)|unknown tokenizer|unsupported file format/i

async function checkSqlite(path: string, signal: AbortSignal | undefined): Promise<void> {
  const { header, sizeBytes } = await readHeader(path)
  checkHeader(header, sizeBytes)
  await quickCheck(path, signal)
}

async function readHeader(path: string): Promise<{ header: Buffer; sizeBytes: number }> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
    return { header: buffer.subarray(0, bytesRead), sizeBytes: size }
  } catch (error) {
    throw fileError(error, 'read', path)
  } finally {
    await handle?.close()
  }
}

/** Holds the header against the size of the file. Offsets are those of https://www.sqlite.org/fileformat.html, section 1.3. */
function checkHeader(header: Buffer, sizeBytes: number): void {
  if (sizeBytes === 0) throw notWhole('it is empty')
  if (header.toString('latin1', 0, magic.length) !== magic) {
    throw notWhole('it does not begin as one', 'It is another kind of file, or an encrypted database (SQLCipher).')
  }
  if (header.length < headerBytes) throw notWhole(`it ends after ${sizeBytes} bytes`)
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw notWhole(`its page size is ${pageSize}`)
  if (sizeBytes % pageSize !== 0) throw notWhole(`${sizeBytes} bytes are not a whole number of ${pageSize}-byte pages`)
  const pages = header.readUInt32BE(28)
  // Versions before 3.7.0 did not keep the count; the two counters differ then.
  const isCounted = pages > 0 && header.readUInt32BE(24) === header.readUInt32BE(92)
  if (isCounted && sizeBytes < pages * pageSize) {
    throw notWhole(`${sizeBytes / pageSize} of ${pages} pages are there`)
  }
}

/** Lets SQLite look at every page, when its program is installed; without it, the header has to do. */
async function quickCheck(path: string, signal: AbortSignal | undefined): Promise<void> {
  // "immutable" reads without locks and makes no -wal or -shm file beside the database.
  const address = `${pathToFileURL(path).href}?immutable=1`
  const running = startCommand({
    command: ['sqlite3', '-batch', '-init', '/dev/null', '-readonly', address, 'PRAGMA quick_check(1)'],
    stdout: 'pipe',
    stderr: 'pipe',
    signal,
  })
  const printed = Promise.all([text(running.stdout!), text(running.stderr!)])
  printed.catch(() => undefined)
  let status: number | null
  try {
    status = (await running.ended).status
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'missing-program') return
    throw error
  }
  const [answer, complaint] = await printed
  signal?.throwIfAborted()
  if (status === 0 && answer.trim() === 'ok') return
  const said = complaint.trim() || answer.trim() || `sqlite3 ended with ${status}`
  if (beyondProgram.test(said)) return
  throw notWhole(said.replaceAll(/\s*\n\s*/g, '; '))
}

function notWhole(what: string, hint = 'The file is damaged or was cut off; export it again.'): UnsiloError {
  return new UnsiloError('wrong-content', `not a whole SQLite database: ${what}`, { hint })
}

export const sqlite: Format = {
  name: 'SQLite',
  // GeoPackage and MBTiles are SQLite databases by their specifications.
  extensions: ['sqlite', 'sqlite3', 'gpkg', 'mbtiles'],
  checkFile: checkSqlite,
}
