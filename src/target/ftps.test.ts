import { afterAll, beforeAll, describe, vi } from 'vitest'
import { type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../test/servers/vsftpd.ts'
import { cuttingProxy } from '../../test/support/cutting-proxy.ts'
import type { ContractSubject } from './contract-subject.fixture.ts'
import { openFtp } from './ftp/open-ftp.fixture.ts'
import { targetContract } from './target.contract.ts'
import { targetFaults } from './target-faults.contract.ts'

// Thousands of files, with a connection each, and a handshake each with TLS, take long on a busy machine.
vi.setConfig({ testTimeout: 240_000 })

const suite = `FTPS with vsftpd, which wants TLS sessions used again${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`

describe.skipIf(reasonWithoutVsftpd)(suite, () => {
  let server: FtpServer
  beforeAll(async () => {
    server = await startVsftpd({ tls: 'explicit' })
  })
  afterAll(() => server.stop())

  targetContract(async () => {
    const path = server.makeRoom()
    return { open: async () => openFtp(server, { kind: 'ftps', path, ca: server.certificate }) }
  })

  targetFaults(async (): Promise<ContractSubject> => {
    const path = server.makeRoom()
    const { host, dataPorts } = server
    const proxy = await cuttingProxy(server.port, { host, samePorts: dataPorts })
    const there = { ...server, host: '127.0.0.1', port: proxy.port }
    return {
      open: async () => openFtp(there, { kind: 'ftps', path, ca: server.certificate }),
      proxy,
      server: { kill: () => server.kill(), start: () => server.restart() },
      without: { full: 'as with ftp, where it is tested', readOnly: 'as with ftp, where it is tested' },
    }
  })
})
