import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../../test/servers/vsftpd.ts'
import { ftpFilter } from '../../../test/support/ftp-filter.ts'
import { body, listed, never } from '../contract-subject.fixture.ts'
import { openFtp } from './open-ftp.fixture.ts'

describe.skipIf(reasonWithoutVsftpd)(`a listing${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`, () => {
  let server: FtpServer
  beforeAll(async () => {
    server = await startVsftpd()
  })
  afterAll(() => server.stop())

  it('holds names that look like other parts of a line', async () => {
    const target = openFtp(server, { path: server.makeRoom() })
    const names = [
      'a -> b',
      'total 5',
      'Jan 01 10:00 x',
      '-rw-r--r--    1 0 0 5 Jan 01 10:00 y',
      '  two',
      'type=file;size=1; z',
    ]
    for (const name of names) await target.put(`in/${name}`, body('x'), never)
    expect((await listed(target, 'in')).map(({ path }) => path)).toEqual(names.map((name) => `in/${name}`).toSorted())
  })

  it('neither holds links nor what is behind them', async () => {
    const path = server.makeRoom()
    mkdirSync(join(path, 'in'))
    writeFileSync(join(path, 'in/file'), 'x')
    symlinkSync('file', join(path, 'in/link'))
    symlinkSync('in', join(path, 'folder'))
    expect((await listed(openFtp(server, { path }))).map((file) => file.path)).toEqual(['in/file'])
  })

  it('fails where a folder is closed to us, which is not the same as that there is none', async () => {
    const path = server.makeRoom()
    const target = openFtp(server, { path })
    await target.put('open/file', body('x'), never)
    mkdirSync(join(path, 'closed'))
    chmodSync(join(path, 'closed'), 0o700)
    const refused = { code: 'not-permitted', message: expect.stringContaining(join(path, 'closed')) as string }
    await expect(listed(target)).rejects.toMatchObject(refused)
    await expect(listed(target, 'closed')).rejects.toMatchObject(refused)
    expect(await listed(target, 'open')).toHaveLength(1)
    expect(await listed(target, 'missing')).toEqual([])
  })

  it('fails when the server ends it in the middle', async () => {
    const path = server.makeRoom()
    const filter = await ftpFilter(server)
    const target = openFtp({ ...server, port: filter.port }, { path })
    await target.put('in/file', body('x'), never)
    filter.answer = (command) => (command.startsWith('LIST') ? '426 Aborted.' : undefined)
    await expect(listed(target)).rejects.toMatchObject({ code: 'network', retryable: true })
  })
})
