import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProftpdServer, reasonWithoutProftpd, startProftpd } from '../../../test/servers/proftpd.ts'
import { body, knownOf, listed, never, read, someBytes } from '../contract-subject.fixture.ts'
import { openFtp } from './open-ftp.fixture.ts'

// The contract is not run here: ProFTPD makes no folder with an asterisk in its name.
const suite = `a server that lists for programs and computes hashes${reasonWithoutProftpd ? ` (${reasonWithoutProftpd})` : ''}`

describe.skipIf(reasonWithoutProftpd)(suite, () => {
  let server: ProftpdServer
  beforeAll(async () => {
    server = await startProftpd()
  })
  afterAll(() => server.stop())

  it('lists names as they are', async () => {
    const target = openFtp(server, { path: server.makeRoom() })
    const names = [
      ' at the ends ',
      'with  spaces',
      `it's "quoted"`,
      'café',
      '😀',
      '.hidden',
      '...',
      '-rf',
      '#?&%20+*[x]{y}~',
    ]
    for (const name of names) await target.put(`in/${name}`, body(name), never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(names.map((name) => `in/${name}`).toSorted())
    for (const name of names) expect(await read(target, `in/${name}`)).toBe(name)
  })

  it('compares the hash of each file, in folders of any name', async () => {
    const path = server.makeRoom()
    const target = openFtp(server, { path })
    const content = someBytes(3_000_000)
    for (const folder of ['in', 'with  spaces', `it's "quoted"`, 'café']) {
      expect(await target.put(`${folder}/known`, body(content), never, knownOf(content))).toBe('hashed')
      expect(await target.put(`${folder}/unknown`, body('x'), never)).toBe('hashed')
      const there = readFileSync(join(path, folder, 'known'))
      expect(createHash('sha256').update(there).digest('hex')).toBe(knownOf(content).sha256)
    }
  })

  it('finds out that what has arrived is not what was to arrive', async () => {
    const target = openFtp(server, { path: server.makeRoom() })
    const content = someBytes(3_000_000)
    const other = { ...knownOf(content), sha256: 'ab'.repeat(32) }
    const wrong = {
      code: 'network',
      retryable: true,
      message: expect.stringContaining('did not arrive whole') as string,
    }
    await expect(target.put('file', body(content), never, other)).rejects.toMatchObject(wrong)
    expect(await listed(target)).toEqual([])
  })
})
