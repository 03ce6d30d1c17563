import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../test/servers/vsftpd.ts'
import { cuttingProxy } from '../../test/support/cutting-proxy.ts'
import { reasonWithoutDisk, smallDisk } from '../../test/support/small-disk.ts'
import type { ContractSubject } from './contract-subject.fixture.ts'
import { openFtp } from './ftp/open-ftp.fixture.ts'
import type { Target } from './target.ts'
import { targetContract } from './target.contract.ts'
import { targetFaults } from './target-faults.contract.ts'

// Thousands of files, with a connection each, and a handshake each with TLS, take long on a busy machine.
vi.setConfig({ testTimeout: 240_000 })

describe.skipIf(reasonWithoutVsftpd)(`FTP with vsftpd${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`, () => {
  let server: FtpServer
  beforeAll(async () => {
    server = await startVsftpd()
  })
  afterAll(() => server.stop())

  const open = (path: string, to: Pick<FtpServer, 'host' | 'port'> = server): Target => {
    const { host, port } = to
    return openFtp({ ...server, host, port }, { path })
  }

  /** A file system of its own, in which the account may write, or nobody. */
  const onDisk = async (options: string): Promise<Target> => {
    const disk = smallDisk(options)
    if (disk === undefined) throw new Error(reasonWithoutDisk)
    chmodSync(dirname(disk), 0o711)
    if (!options.includes('ro')) server.hand(disk)
    return open(disk)
  }

  targetContract(async () => {
    const path = server.makeRoom()
    return { open: async () => open(path) }
  })

  targetFaults(async (): Promise<ContractSubject> => {
    const path = server.makeRoom()
    const { host, dataPorts } = server
    const proxy = await cuttingProxy(server.port, { host, samePorts: dataPorts })
    return {
      open: async () => open(path, { host: '127.0.0.1', port: proxy.port }),
      proxy,
      server: { kill: () => server.kill(), start: () => server.restart() },
      full: () => onDisk('size=4m'),
      readOnly: () => onDisk('ro'),
    }
  })
})
