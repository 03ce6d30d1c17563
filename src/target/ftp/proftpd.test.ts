import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProftpdServer, reasonWithoutProftpd, startProftpd } from '../../../test/servers/proftpd.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { body, knownOf, listed, never, someBytes } from '../contract-subject.fixture.ts'
import { openFtpTarget } from '../ftp.ts'
import { ftpTargetConfig } from '../ftp-config.ts'
import type { Target } from '../target.ts'
import { targetContract } from '../target.contract.ts'

describe.skipIf(reasonWithoutProftpd)(
  `FTP with ProFTPD${reasonWithoutProftpd ? ` (${reasonWithoutProftpd})` : ''}`,
  () => {
    let server: ProftpdServer
    beforeAll(async () => {
      server = await startProftpd()
    })
    afterAll(() => server.stop())

    const open = (path: string): Target => {
      const { host, port, user, password } = server
      const config = ftpTargetConfig.parse({ kind: 'ftp', host, port, user, path, password: { file: '-' } })
      return openFtpTarget('nas', config, targetSurroundings({ 'targets.nas.password': password }))
    }

    targetContract(async () => {
      const path = server.makeRoom()
      return { open: async () => open(path) }
    })

    it('compares a hash that the server computes, with any name', async () => {
      const path = server.makeRoom()
      const target = open(path)
      const content = someBytes(3_000_000)
      for (const folder of ['in', 'with  spaces', `it's "quoted"`, 'café']) {
        expect(await target.put(`${folder}/known`, body(content), never, knownOf(content))).toBe('hashed')
        expect(await target.put(`${folder}/unknown`, body('x'), never)).toBe('hashed')
        const there = readFileSync(join(path, folder, 'known'))
        expect(createHash('sha256').update(there).digest('hex')).toBe(knownOf(content).sha256)
      }
      await target.close()
    })

    it('finds out that what it was to send is not what it has sent', async () => {
      const target = open(server.makeRoom())
      const content = someBytes(3_000_000)
      const other = { ...knownOf(content), sha256: 'ab'.repeat(32) }
      await expect(target.put('file', body(content), never, other)).rejects.toMatchObject({
        code: 'network',
        retryable: true,
      })
      expect(await listed(target)).toEqual([])
      await target.close()
    })
  },
)
