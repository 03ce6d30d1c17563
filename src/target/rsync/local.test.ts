import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hasRsync } from '../../../test/servers/rsyncd.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type ContractSubject, body, knownOf, listed, never, read } from '../contract-subject.fixture.ts'
import { targetContract } from '../target.contract.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { localFiles } from './local-files.fixture.ts'
import { partialPath, temporaryFolderName } from './names.ts'
import { openTo } from './open.fixture.ts'

describe.skipIf(!hasRsync)('rsync to a folder of this machine (skipped without rsync)', () => {
  const start = async (): Promise<ContractSubject> => {
    const path = temporaryFolder()
    const without = { proxy: 'a folder has no connection', server: 'a folder has no server' }
    const subject = { open: async () => openTo(path), without }
    if (process.getuid?.() !== 0) {
      return { ...subject, without: { ...without, full: reasonWithoutDisk, readOnly: reasonWithoutDisk } }
    }
    return {
      ...subject,
      full: async () => openTo(smallDisk('size=4m')!),
      readOnly: async () => openTo(smallDisk('ro')!),
    }
  }
  targetContract(start)
  targetFaults(start)

  const opened = () => {
    const place = join(temporaryFolder(), 'vault')
    return { place, target: openTo(place) }
  }

  it('makes hard links of what a neighbouring parcel has, and only of that', async () => {
    const { place, target } = opened()
    const inode = (path: string): number => statSync(join(place, path)).ino
    await target.putAll!(localFiles({ 'notes/data/1/in/same': 'same', 'notes/data/1/other': 'one' }), never)
    await target.putAll!(localFiles({ 'notes/data/2/in/same': 'same', 'notes/data/2/other': 'two' }), never)
    expect(inode('notes/data/2/in/same')).toBe(inode('notes/data/1/in/same'))
    expect(inode('notes/data/2/other')).not.toBe(inode('notes/data/1/other'))
    expect(await read(target, 'notes/data/1/other')).toBe('one')
    expect(await read(target, 'notes/data/2/other')).toBe('two')
    // What is written over one of them leaves the other as it is.
    await target.put('notes/data/2/in/same', body('changed'), never)
    expect(await read(target, 'notes/data/1/in/same')).toBe('same')
    await target.removeFolder!('notes/data/1', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['notes/data/2/in/same', 'notes/data/2/other'])
  })

  it('links parcels that are sent together, the newest to what is there', async () => {
    const { place, target } = opened()
    await target.putAll!(localFiles({ 'data/5/a': 'same' }), never)
    await target.putAll!(localFiles({ 'data/4/a': 'same', 'data/3/a': 'same', 'config.toml': 'x' }), never)
    const inodes = ['5', '4', '3'].map((id) => statSync(join(place, 'data', id, 'a')).ino)
    expect(new Set(inodes).size).toBe(1)
    expect(await read(target, 'config.toml')).toBe('x')
  })

  it.each(['*', '?', '[a]', 'a*', '\\*', 'a\\', '-r', '#a', ';a', '+ a', '- *', 'a\nb', '**/x'])(
    'removes %j and nothing else',
    async (name) => {
      const { target } = opened()
      const others = ['a', 'b', 'ab', 'a/x', 'in/a', '*b', 'a b', '.a'].filter((other) => other !== 'a')
      await target.putAll!(localFiles(Object.fromEntries([...others, name].map((path) => [`in/${path}`, 'x']))), never)
      await target.remove(`in/${name}`, never)
      await target.remove(`in/${name}`, never)
      expect((await listed(target)).map(({ path }) => path)).toEqual(others.map((path) => `in/${path}`).sort())
    },
  )

  it('does not remove a folder when a file is to be removed, and what is below a file neither', async () => {
    const { target } = opened()
    await target.putAll!(localFiles({ 'a/b/c': 'x', file: 'x' }), never)
    await expect(target.remove('a', never)).rejects.toMatchObject({ code: 'clash' })
    await target.remove('file/below', never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['a/b/c', 'file'])
  })

  it('takes names that look like those of temporary files of rsync', async () => {
    const { target } = opened()
    const names = ['.eslintrc.config', '.x.abcdef', '.~tmp~']
    await target.putAll!(localFiles(Object.fromEntries(names.map((name) => [`in/${name}`, 'x']))), never)
    expect((await listed(target)).map(({ path }) => path)).toEqual(names.map((name) => `in/${name}`).sort())
  })

  it('hides what broken-off runs have left, and clears it away when it is old', async () => {
    const { place, target } = opened()
    await target.put('in/file', body('x'), never)
    const leftovers = [
      `${temporaryFolderName}/.old.abcdef`,
      `${temporaryFolderName}/.new.abcdef`,
      partialPath('in/part'),
    ]
    for (const path of leftovers) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), 'x')
    }
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
    for (const path of [leftovers[0]!, leftovers[2]!]) utimesSync(join(place, path), twoDaysAgo, twoDaysAgo)
    expect((await listed(target)).map(({ path }) => path)).toEqual(['in/file'])
    await target.put('in/file', body('y'), never)
    expect(leftovers.map((path) => existsSync(join(place, path)))).toEqual([false, true, true])
  })

  it('never replaces a link to a folder by a folder', async () => {
    const { place, target } = opened()
    const elsewhere = temporaryFolder()
    mkdirSync(place)
    symlinkSync(elsewhere, join(place, 'notes'))
    // Older programs write there, newer ones refuse to follow it.
    const error = await target.put('notes/file', body('x'), never).catch((reason: unknown) => reason)
    if (error !== 'hashed') expect(error).toMatchObject({ code: 'clash' })
    else expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('x')
    expect(readlinkSync(join(place, 'notes'))).toBe(elsewhere)
  })

  it('is not created in a folder that is not there, as when a disk is not mounted', async () => {
    const folder = temporaryFolder()
    const target = openTo(join(folder, 'disk/vault'))
    const put = target.put('a', body('x'), never)
    await expect(put).rejects.toMatchObject({ code: 'not-found', retryable: true })
    await expect(put).rejects.toThrow(/the folder around it does not exist/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('says that the place has compared hashes', async () => {
    const { target } = opened()
    expect(await target.put('a', body('x'), never, knownOf('x'))).toBe('hashed')
    expect(await target.putAll!(localFiles({ b: 'x' }), never)).toBe('hashed')
  })

  it('leaves nothing on this machine', async () => {
    const { target } = opened()
    const temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    await target.put('a', body('x'), never)
    // One that is never read.
    await target.get('a', never)
    expect(readdirSync(temporary)).toHaveLength(1)
    await target.close()
    expect(readdirSync(temporary)).toEqual([])
  })

  it('says what to install when there is no such program', async () => {
    const target = openTo(join(temporaryFolder(), 'vault'), { program: '/nowhere/rsync' })
    await expect(target.put('a', body('x'), never)).rejects.toMatchObject({
      code: 'missing-program',
      hint: expect.stringContaining('apt install rsync') as string,
    })
  })
})

describe('the configuration of rsync', () => {
  it.each([
    ['/mnt/disk', { key: '/k' }, 'targets.nas.key: is only for SSH'],
    ['nas::disk', { known_hosts: '/k' }, 'targets.nas.known_hosts: is only for SSH'],
    ['nas:/disk', { password: { env: 'X' } }, 'targets.nas.password: is only for a daemon'],
    ['/mnt/disk', { port: 22 }, 'targets.nas.port: is only for SSH and for a daemon'],
  ])('refuses keys that are not for %s', (to, keys, message) => {
    expect(() => openTo(to, keys)).toThrow(message)
  })

  it('refuses a key file that is not there', async () => {
    const target = openTo('nas:/disk', { key: '/nowhere/key' })
    await expect(target.put('a', body('x'), never)).rejects.toMatchObject({ code: 'config' })
  })

  it('tells a wrong place where it is read', () => {
    expect(() => openTo('nas:/back*')).toThrow('has one of *')
  })
})
