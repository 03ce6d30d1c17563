import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type SshServer, hasSshd, startSshd } from '../../../test/servers/sshd.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { ContractSubject } from '../contract-subject.fixture.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { targetContract } from '../target.contract.ts'
import { openAt, readableFolder } from './server.fixture.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!hasSshd)('an SFTP server', () => {
  let server: SshServer
  let guarded: SshServer
  beforeAll(async () => {
    server = await startSshd()
    // Root may write anywhere; another user, or a server that lets nobody write, may not.
    guarded = await startSshd(isRoot ? { user: 'nobody' } : { sftp: ['-R'] })
  })
  afterAll(async () => {
    await server.stop()
    await guarded.stop()
  })

  const start = async (): Promise<ContractSubject> => {
    const path = join(temporaryFolder(), 'vault')
    const proxy = await cuttingProxy(server.port)
    const subject: ContractSubject = {
      open: async () => openAt(server, path, { port: proxy.port }),
      proxy,
      server: { kill: () => server.kill(), start: () => server.restart() },
      readOnly: async () => openAt(guarded, readableFolder()),
    }
    if (!isRoot) return { ...subject, without: { full: reasonWithoutDisk } }
    return { ...subject, full: async () => openAt(server, smallDisk('size=4m')!) }
  }
  targetContract(start)
  targetFaults(start)
})
