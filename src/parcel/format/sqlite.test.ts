import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { sqlite } from './sqlite.ts'

const pageSize = 512
const program = 'sqlite3'
const hasProgram = spawnSync(program, ['-version']).status === 0

/** A database without tables, of `pages` pages of which all but the first are free. */
function database(pages = 1): Buffer {
  const bytes = Buffer.alloc(pages * pageSize)
  bytes.write('SQLite format 3\0')
  bytes.writeUInt16BE(pageSize, 16)
  bytes.set([1, 1, 0, 64, 32, 32], 18)
  bytes.writeUInt32BE(7, 24)
  bytes.writeUInt32BE(pages, 28)
  if (pages > 1) {
    // The first free page lists the others.
    bytes.writeUInt32BE(2, 32)
    bytes.writeUInt32BE(pages - 1, 36)
    bytes.writeUInt32BE(pages - 2, pageSize + 4)
    for (let page = 3; page <= pages; page++) bytes.writeUInt32BE(page, pageSize + 8 + 4 * (page - 3))
  }
  bytes.writeUInt32BE(4, 44)
  bytes.writeUInt32BE(1, 56)
  bytes.writeUInt32BE(7, 92)
  bytes.writeUInt32BE(3_040_001, 96)
  // An empty leaf of the table that lists the tables.
  bytes[100] = 0x0d
  bytes.writeUInt16BE(pageSize, 105)
  return bytes
}

function check(bytes: Uint8Array, name = 'history.sqlite', signal?: AbortSignal): Promise<void> {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, bytes)
  return sqlite.checkFile!(path, signal)
}

function changed(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  change(bytes)
  return bytes
}

function hideProgram(): void {
  const path = process.env['PATH']
  process.env['PATH'] = temporaryFolder()
  onTestFinished(() => void (process.env['PATH'] = path))
}

describe('the SQLite check', () => {
  it('passes a database, with one page or more', async () => {
    await check(database())
    await check(database(5))
  })

  it('passes a database when the sqlite3 program is missing', async () => {
    hideProgram()
    await check(database(5))
  })

  it('does not trust the page count of a version that did not keep it', async () => {
    hideProgram()
    await check(changed(database(), (bytes) => bytes.writeUInt32BE(9, 28) && bytes.writeUInt32BE(6, 92)))
  })

  it('reads the page size 1 as 65,536', async () => {
    hideProgram()
    const large = Buffer.concat([
      changed(database(), (bytes) => bytes.writeUInt16BE(1, 16)),
      Buffer.alloc(65_536 - pageSize),
    ])
    await check(large)
  })

  it.each([
    ['an empty file', Buffer.alloc(0), 'it is empty'],
    ['another kind of file', Buffer.from('<!DOCTYPE html>'.repeat(100)), 'it does not begin as one'],
    ['a header that is cut off', database().subarray(0, 50), 'it ends after 50 bytes'],
    ['missing pages', database(5).subarray(0, 3 * pageSize), '3 of 5 pages are there'],
    ['half a page', database(5).subarray(0, 700), '700 bytes are not a whole number of 512-byte pages'],
    ['an impossible page size', changed(database(), (bytes) => bytes.writeUInt16BE(513, 16)), 'its page size is 513'],
  ])('refuses %s', async (_, bytes, reason) => {
    await expect(check(bytes)).rejects.toMatchObject({
      code: 'wrong-content',
      message: `not a whole SQLite database: ${reason}`,
    })
  })

  it.skipIf(!hasProgram)('lets the sqlite3 program, which is not installed everywhere, look at the pages', async () => {
    const damaged = changed(database(), (bytes) => bytes.fill(0x58, 100, 120))
    await expect(check(damaged)).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it.skipIf(!hasProgram)(
    'passes a database that only its own application can read in full (needs sqlite3)',
    async () => {
      const path = join(temporaryFolder(), 'history.sqlite')
      const schema =
        "create virtual table v using fts4(x); pragma writable_schema=on; update sqlite_schema set sql=replace(sql, 'fts4(x)', 'of_the_application(x)') where name='v'"
      expect(spawnSync(program, ['-cmd', '.dbconfig defensive off', path, schema]).status).toBe(0)
      await sqlite.checkFile!(path, undefined)
    },
  )

  it('takes any file name, and leaves nothing beside the file', async () => {
    const name = 'a?mode=memory #1%20 é.sqlite'
    const path = join(temporaryFolder(), name)
    writeFileSync(path, database())
    await sqlite.checkFile!(path, undefined)
    expect(readdirSync(dirname(path))).toEqual([name])
  })

  it('says when there is no such file', async () => {
    const path = join(temporaryFolder(), 'none.sqlite')
    await expect(sqlite.checkFile!(path, undefined)).rejects.toMatchObject({ code: 'not-found' })
  })
})
