import { chmodSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type RsyncDaemon, hasRsync, startRsyncd } from '../../../test/servers/rsyncd.ts'
import { type SshServer, hasSshd, startSshd } from '../../../test/servers/sshd.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { ContractSubject } from '../contract-subject.fixture.ts'
import { targetContract } from '../target.contract.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { openAtDaemon, openOverSsh, openTo } from './open.fixture.ts'

const isRoot = process.getuid?.() === 0
const noDisk = { full: reasonWithoutDisk, readOnly: reasonWithoutDisk }

describe.skipIf(!hasRsync)('rsync to a folder of this machine (skipped without rsync)', () => {
  const start = async (): Promise<ContractSubject> => {
    const path = join(temporaryFolder(), 'vault')
    const without = { proxy: 'a folder has no connection', server: 'a folder has no server' }
    const subject = { open: async () => openTo(path), without }
    if (!isRoot) return { ...subject, without: { ...without, ...noDisk } }
    return {
      ...subject,
      full: async () => openTo(smallDisk('size=4m')!),
      readOnly: async () => openTo(smallDisk('ro')!),
    }
  }
  targetContract(start)
  targetFaults(start)
})

describe.skipIf(!hasRsync)('rsync to a daemon (skipped without rsync)', () => {
  let daemon: RsyncDaemon
  beforeAll(async () => void (daemon = await startRsyncd({ everything: ['path = /', 'read only = false'] })))
  afterAll(() => daemon.stop())

  const start = async (): Promise<ContractSubject> => {
    const path = `disk/${daemon.makeRoom()}`
    const proxy = await cuttingProxy(daemon.port)
    const server = { kill: () => daemon.kill(), start: () => daemon.restart() }
    const subject = { open: async () => openAtDaemon(daemon, path, proxy.port), proxy, server }
    if (!isRoot) return { ...subject, without: noDisk }
    return {
      ...subject,
      full: async () => {
        const disk = smallDisk('size=4m')!
        chmodSync(dirname(disk), 0o755)
        daemon.hand(disk)
        return openAtDaemon(daemon, `everything${disk}`)
      },
      readOnly: async () => {
        // Of root, whom the daemon is not.
        mkdirSync(join(daemon.disk, 'locked'), { recursive: true, mode: 0o755 })
        return openAtDaemon(daemon, 'disk/locked')
      },
    }
  }
  targetContract(start)
  targetFaults(start)
})

describe.skipIf(!hasRsync || !hasSshd)('rsync over SSH (skipped without rsync or sshd)', () => {
  let server: SshServer
  beforeAll(async () => void (server = await startSshd()))
  afterAll(() => server.stop())

  const start = async (): Promise<ContractSubject> => {
    const path = join(temporaryFolder(), 'vault')
    const proxy = await cuttingProxy(server.port)
    const own = { kill: () => server.kill(), start: () => server.restart() }
    const subject = { open: async () => openOverSsh(server, path, { port: proxy.port }), proxy, server: own }
    if (!isRoot) return { ...subject, without: noDisk }
    return {
      ...subject,
      full: async () => openOverSsh(server, smallDisk('size=4m')!),
      readOnly: async () => openOverSsh(server, smallDisk('ro')!),
    }
  }
  targetContract(start)
  targetFaults(start)
})
