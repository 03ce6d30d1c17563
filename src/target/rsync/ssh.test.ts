import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRsync } from '../../../test/servers/rsyncd.ts'
import { type SshServer, hasSshd, startSshd } from '../../../test/servers/sshd.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { UnsiloError } from '../../errors.ts'
import { type ContractSubject, body, listed, never, read } from '../contract-subject.fixture.ts'
import { targetContract } from '../target.contract.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { localFiles } from './local-files.fixture.ts'
import { openOverSsh } from './open.fixture.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!hasRsync || !hasSshd)('rsync over SSH (skipped without rsync or sshd)', () => {
  let server: SshServer
  beforeAll(async () => void (server = await startSshd()))
  afterAll(() => server.stop())

  const start = async (): Promise<ContractSubject> => {
    const path = temporaryFolder()
    const proxy = await cuttingProxy(server.port)
    const own = { kill: () => server.kill(), start: () => server.restart() }
    const subject = { open: async () => openOverSsh(server, path, { port: proxy.port }), proxy, server: own }
    if (!isRoot) return { ...subject, without: { full: reasonWithoutDisk, readOnly: reasonWithoutDisk } }
    return {
      ...subject,
      full: async () => openOverSsh(server, smallDisk('size=4m')!),
      readOnly: async () => openOverSsh(server, smallDisk('ro')!),
    }
  }
  targetContract(start)
  targetFaults(start)

  const failureOf = (target: ReturnType<typeof openOverSsh>): Promise<UnsiloError> =>
    target.put('a', body('x'), never).then(
      () => expect.fail('it was let in'),
      (error: UnsiloError) => error,
    )

  it('makes the folder of the target, also for runs that start together', async () => {
    const target = openOverSsh(server, join(temporaryFolder(), 'vault'))
    await Promise.all(['in/1', 'in/2', 'other/3'].map((path) => target.put(path, body(path), never)))
    expect((await listed(target)).map(({ path }) => path)).toEqual(['in/1', 'in/2', 'other/3'])
  })

  it('refuses a host that is not known, and says the line that makes it known', async () => {
    const knownHosts = join(temporaryFolder(), 'known_hosts')
    writeFileSync(knownHosts, '')
    const place = temporaryFolder()
    const error = await failureOf(openOverSsh(server, place, { known_hosts: knownHosts }))
    expect(error).toMatchObject({ code: 'auth', retryable: false })
    expect(error.message).toContain('its host key is not known')
    expect(error.hint).toContain(server.hostKeyLine)
    expect(error.hint).toMatch(/SHA256:[\w+/]{43} /)
    expect(readFileSync(knownHosts, 'utf8')).toBe('')
    // With that line it is let in.
    writeFileSync(knownHosts, `${server.hostKeyLine}\n`)
    await openOverSsh(server, place, { known_hosts: knownHosts }).put('a', body('x'), never)
  })

  it('refuses a host that has another key than is known', async () => {
    const knownHosts = join(temporaryFolder(), 'known_hosts')
    const other = readFileSync(join(server.folder, 'client.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${other}\n`)
    const error = await failureOf(openOverSsh(server, temporaryFolder(), { known_hosts: knownHosts }))
    expect(error).toMatchObject({ code: 'auth', retryable: false })
    expect(error.message).toContain('its host key is another one than in known_hosts')
  })

  it('says that it is not let in with a key that is not accepted', async () => {
    const error = await failureOf(openOverSsh(server, temporaryFolder(), { key: join(server.folder, 'host') }))
    expect(error).toMatchObject({ code: 'auth', retryable: false })
    expect(error.message).toContain('it does not let us in')
  })

  it('makes hard links of what a neighbouring parcel has', async () => {
    const place = join(temporaryFolder(), 'vault')
    const target = openOverSsh(server, place)
    await target.putAll!(localFiles({ 'notes/data/1/a': 'same', 'notes/data/1/b': 'one' }), never)
    await target.putAll!(localFiles({ 'notes/data/2/a': 'same', 'notes/data/2/b': 'two' }), never)
    const inode = (path: string): number => statSync(join(place, 'notes/data', path)).ino
    expect(inode('2/a')).toBe(inode('1/a'))
    expect(inode('2/b')).not.toBe(inode('1/b'))
    await target.close()
  })

  it('uses one connection for all that is done, and ends it', async () => {
    const proxy = await cuttingProxy(server.port)
    const target = openOverSsh(server, join(temporaryFolder(), 'vault'), { port: proxy.port })
    for (const name of ['a', 'b', 'c']) await target.put(name, body(name), never)
    expect(await listed(target)).toHaveLength(3)
    expect(await read(target, 'b')).toBe('b')
    expect(proxy.connections).toBe(1)
    await target.close()
    await target.put('d', body('d'), never)
    expect(proxy.connections).toBe(2)
    await target.close()
  })

  it('takes files of keys with special characters in their names', async () => {
    const folder = join(temporaryFolder(), `it's 100% "my" folder`.replaceAll('"', ''))
    mkdirSync(folder)
    const key = join(folder, 'my key')
    writeFileSync(key, readFileSync(server.keyFile))
    chmodSync(key, 0o600)
    const knownHosts = join(folder, 'known hosts')
    writeFileSync(knownHosts, `${server.hostKeyLine}\n`)
    const target = openOverSsh(server, join(temporaryFolder(), 'vault'), { key, known_hosts: knownHosts })
    await target.put('a', body('x'), never)
    expect(await read(target, 'a')).toBe('x')
    await target.close()
  })

  it.each([
    ['no rsync', 'no-such-program', 'missing-program', 'Install rsync there'],
    ['a shell that prints', 'echo hello; eval "$SSH_ORIGINAL_COMMAND"', 'command-failed', 'has to print nothing'],
  ])('says that there is %s at the other side', async (_, forced, code, hint) => {
    const other = await startSshd({ lines: [`ForceCommand ${forced}`] })
    try {
      const target = openOverSsh(other, temporaryFolder())
      expect(await failureOf(target)).toMatchObject({ code, hint: expect.stringContaining(hint) as string })
      await target.close()
    } finally {
      await other.stop()
    }
  })
})
