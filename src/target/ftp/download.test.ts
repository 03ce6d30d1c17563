import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../../test/servers/vsftpd.ts'
import { type FtpFilter, ftpFilter } from '../../../test/support/ftp-filter.ts'
import { body, bytesOf, never, read, someBytes } from '../contract-subject.fixture.ts'
import type { Target } from '../target.ts'
import { isWhole } from './download.ts'
import { openFtp } from './open-ftp.fixture.ts'

describe('what has come', () => {
  it.each([
    [10, 0, 10, true],
    [10, 0, 9, false],
    [10, 4, 6, true],
    [10, 4, 5, false],
    [10, 10, 0, true],
    [10, 20, 0, true],
    [10, 4, 0, false],
    [0, 0, 0, true],
  ])('of a file of %i bytes from %i on, %i bytes, is whole: %s', (sizeBytes, from, received, whole) => {
    expect(isWhole(sizeBytes, from, received)).toBe(whole)
  })
})

describe.skipIf(reasonWithoutVsftpd)(`a download${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`, () => {
  let server: FtpServer
  beforeAll(async () => {
    server = await startVsftpd()
  })
  afterAll(() => server.stop())

  const opened = async (): Promise<{ path: string; target: Target; filter: FtpFilter }> => {
    const path = server.makeRoom()
    const filter = await ftpFilter(server)
    return { path, filter, target: openFtp({ ...server, port: filter.port }, { path }) }
  }
  const logins = ({ commands }: FtpFilter): number => commands.filter((command) => command.startsWith('USER')).length

  it('is not taken for whole when the file has another size', async () => {
    const { target, filter } = await opened()
    await target.put('file', body('five!'), never)
    filter.answer = (command) => (command.startsWith('SIZE') ? '213 9' : undefined)
    await expect(read(target, 'file')).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  it('of a part leaves its connection for others where the rest is short, and ends it where it is long', async () => {
    const { path, filter } = await opened()
    const target = openFtp({ ...server, port: filter.port }, { path, connections: 1 })
    const content = someBytes(20_000_000)
    await target.put('short', body(content.subarray(0, 100_000)), never)
    await target.put('long', body(content), never)
    for (const [name, expected] of [
      ['short', 1],
      ['long', 2],
    ] as const) {
      const part = await bytesOf(await target.get(name, never, { from: 5, bytes: 50 }))
      expect(part.equals(content.subarray(5, 55))).toBe(true)
      expect(await bytesOf(await target.get('short', never, { from: 0, bytes: 1 }))).toHaveLength(1)
      expect(logins(filter), name).toBe(expected)
    }
  })

  it('of a file that we may not read says so, and not that there is none', async () => {
    const { path, target } = await opened()
    await target.put('file', body('x'), never)
    chmodSync(join(path, 'file'), 0)
    await expect(target.get('file', never)).rejects.toMatchObject({ code: 'not-permitted' })
    await expect(target.get('missing', never)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('goes on with the next file when nobody has read this one', async () => {
    const { path, target } = await opened()
    const one = openFtp(server, { path, connections: 1 })
    await target.put('long', body(someBytes(20_000_000)), never)
    const stream = await one.get('long', never)
    stream.destroy()
    expect((await bytesOf(await one.get('long', never))).length).toBe(20_000_000)
  })
})
