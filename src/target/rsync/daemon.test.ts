import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RsyncDaemon, hasRsync, startRsyncd } from '../../../test/servers/rsyncd.ts'
import { watchProcesses } from '../../../test/servers/watch-processes.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import {
  type ContractSubject,
  body,
  isSame,
  knownOf,
  listed,
  never,
  read,
  someBytes,
} from '../contract-subject.fixture.ts'
import { targetContract } from '../target.contract.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { localFiles } from './local-files.fixture.ts'
import { openAtDaemon, openTo } from './open.fixture.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!hasRsync)('rsync to a daemon (skipped without rsync)', () => {
  let daemon: RsyncDaemon
  beforeAll(async () => {
    daemon = await startRsyncd({
      everything: ['path = /', 'read only = false'],
      'read-only': ['read only = true'],
      'write-only': ['read only = false', 'write only = true'],
      picky: ['read only = false', 'refuse options = checksum fsync temp-dir'],
      keeping: ['read only = false', 'refuse options = delete'],
      hoarding: ['read only = false', 'refuse options = delete-missing-args'],
      closed: ['read only = false', 'hosts deny = *'],
    })
  })
  afterAll(() => daemon.stop())

  const start = async (): Promise<ContractSubject> => {
    const path = `disk/${daemon.makeRoom()}`
    const proxy = await cuttingProxy(daemon.port)
    const server = { kill: () => daemon.kill(), start: () => daemon.restart() }
    const subject = { open: async () => openAtDaemon(daemon, path, proxy.port), proxy, server }
    if (!isRoot) return { ...subject, without: { full: reasonWithoutDisk, readOnly: reasonWithoutDisk } }
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

  it('keeps the password out of the parameters and the environment of all programs', async () => {
    const target = openAtDaemon(daemon, `disk/${daemon.makeRoom()}`)
    const { programs, found } = await watchProcesses(daemon.password, async () => {
      for (const name of ['a', 'b', 'c', 'd']) await target.put(name, body(someBytes(3_000_000)), never)
    })
    expect(programs).toContain('rsync')
    expect(found).toEqual(new Set())
  })

  it.each([
    ['a wrong password', 'not the password'],
    ['an empty password', ''],
  ])('says that it is not let in with %s', async (_, password) => {
    const target = openAtDaemon(daemon, 'disk', daemon.port, password)
    const refused = { code: 'auth', retryable: false, hint: expect.stringContaining('`password`') as string }
    await expect(target.put('a', body('x'), never)).rejects.toMatchObject(refused)
    const error = await target.get('a', never).catch((reason: Error) => reason)
    expect(error).toMatchObject(refused)
    if (password !== '') expect((error as Error).message).not.toContain(password)
  })

  it('never asks for a password that is not given', async () => {
    const target = openTo(`rsync://joe@127.0.0.1:${daemon.port}/disk`)
    await expect(target.get('a', never)).rejects.toMatchObject({ code: 'auth' })
    await expect(target.remove('a', never)).rejects.toMatchObject({ code: 'auth' })
  })

  it('takes the port of `host::module` from its key', async () => {
    const room = daemon.makeRoom()
    const target = openTo(`127.0.0.1::everything${daemon.disk}/${room}`, { port: daemon.port })
    await target.put('a', body('x'), never)
    expect(await read(target, 'a')).toBe('x')
  })

  it('says what is wrong with a module', async () => {
    const put = (path: string) => openAtDaemon(daemon, path).put('a', body('x'), never)
    await expect(put('unknown')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('`rsync 127.0.0.1::`') as string,
    })
    await expect(put('read-only')).rejects.toThrow(/the module is read-only/)
    await expect(put('read-only')).rejects.toMatchObject({ code: 'not-permitted' })
    await expect(put('closed')).rejects.toMatchObject({ code: 'not-permitted' })
    await expect(listed(openAtDaemon(daemon, 'write-only'))).rejects.toMatchObject({ code: 'not-permitted' })
  })

  it('does without what the daemon refuses and is not needed', async () => {
    const target = openAtDaemon(daemon, `picky/${daemon.makeRoom()}`)
    await target.putAll!(localFiles({ 'data/1/a': 'same', 'data/1/b': 'one' }), never)
    await target.putAll!(localFiles({ 'data/2/a': 'same', 'data/2/b': 'two' }), never)
    expect(await read(target, 'data/2/a')).toBe('same')
    expect(await read(target, 'data/2/b')).toBe('two')
  })

  it.each(['keeping', 'hoarding'])('says what the daemon of the module %s refuses and is needed', async (module) => {
    const target = openAtDaemon(daemon, `${module}/${daemon.makeRoom()}`)
    await target.put('a', body('x'), never)
    const removed = target.remove('a', never)
    await expect(removed).rejects.toThrow(/refuse.* --delete/)
    await expect(removed).rejects.toMatchObject({ code: 'not-permitted' })
    expect(await read(target, 'a')).toBe('x')
  })

  it('makes hard links of what a neighbouring parcel has', async () => {
    const room = daemon.makeRoom()
    const target = openAtDaemon(daemon, `disk/${room}`)
    await target.putAll!(localFiles({ 'notes/data/1/a': 'same', 'notes/data/1/b': 'one' }), never)
    await target.putAll!(localFiles({ 'notes/data/2/a': 'same', 'notes/data/2/b': 'two' }), never)
    const inode = (path: string): number => statSync(join(daemon.disk, room, 'notes/data', path)).ino
    expect(inode('2/a')).toBe(inode('1/a'))
    expect(inode('2/b')).not.toBe(inode('1/b'))
    expect(readdirSync(join(daemon.disk, room, 'notes/data/2')).sort()).toEqual(['a', 'b'])
  })

  it('goes on with a large file where it broke off', async () => {
    const path = `disk/${daemon.makeRoom()}`
    const proxy = await cuttingProxy(daemon.port)
    const large = someBytes(40_000_000)
    const files = localFiles({ 'in/file': large })
    proxy.cutAfter(30_000_000)
    const first = openAtDaemon(daemon, path, proxy.port)
    await expect(first.putAll!(files, never)).rejects.toMatchObject({ code: 'network', retryable: true })
    expect(proxy.cuts).toBe(1)
    expect(await listed(first)).toEqual([])
    const before = proxy.bytesUp
    const second = openAtDaemon(daemon, path, proxy.port)
    expect(await second.putAll!(files, never)).toBe('hashed')
    expect(proxy.bytesUp - before).toBeLessThan(20_000_000)
    expect(await isSame(second, 'in/file', large)).toBe(true)
    expect(readdirSync(join(daemon.disk, path.slice('disk/'.length), 'in'))).toEqual(['file'])
  })

  it('keeps the old file when the daemon is killed while it takes the new one', async () => {
    const path = `disk/${daemon.makeRoom()}`
    const proxy = await cuttingProxy(daemon.port)
    const large = someBytes(30_000_000)
    const slow = openAtDaemon(daemon, path, proxy.port, daemon.password, 5_000_000)
    await slow.put('in/file', body('old'), never)
    const before = proxy.bytesUp
    const put = slow.put('in/file', body(large), never, knownOf(large)).catch((error: unknown) => error)
    await vi.waitUntil(() => proxy.bytesUp > before + 5_000_000, { timeout: 30_000 })
    await daemon.kill()
    expect(await put).toMatchObject({ name: 'UnsiloError', retryable: true })
    await daemon.restart()
    const target = openAtDaemon(daemon, path)
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 3 }])
    expect(await read(target, 'in/file')).toBe('old')
    await target.put('in/file', body(large), never, knownOf(large))
    expect(await isSame(target, 'in/file', large)).toBe(true)
  })
})
