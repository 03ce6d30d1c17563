import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Killed, breakingFiles } from '../../test/support/breaking-files.ts'
import { reasonWithoutDisk, smallDisk } from '../../test/support/small-disk.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type Files, systemFiles } from '../system/files.ts'
import type { ContractSubject } from './contract-subject.fixture.ts'
import { openFolderTarget } from './folder.ts'
import type { Target } from './target.ts'
import { targetContract } from './target.contract.ts'
import { targetFaults } from './target-faults.contract.ts'

const never = new AbortController().signal
const body = (content: string) => (): Readable => Readable.from([Buffer.from(content)], { objectMode: false })

function open(path: string, files: Files = systemFiles, root = '/nowhere'): Target {
  return openFolderTarget({ kind: 'folder', path }, { files, root })
}

async function paths(target: Target): Promise<string[]> {
  const found: string[] = []
  for await (const { path } of target.list('', never)) found.push(path)
  return found
}

describe('a folder', () => {
  // Root may write where it likes, except where nobody can.
  const mayMount = process.getuid?.() === 0
  const start = async (): Promise<ContractSubject> => {
    const path = join(temporaryFolder(), 'vault')
    const without = { proxy: 'a folder has no connection', server: 'a folder has no server' }
    const subject = { open: async () => open(path), without }
    if (!mayMount) {
      return { ...subject, without: { ...without, full: reasonWithoutDisk, readOnly: reasonWithoutDisk } }
    }
    return {
      ...subject,
      full: async () => open(smallDisk('size=4m')!),
      readOnly: async () => open(smallDisk('ro')!),
    }
  }
  targetContract(start)
  targetFaults(start)
})

describe('the place of a folder target', () => {
  it('is created by the first file, not before', async () => {
    const path = join(temporaryFolder(), 'vault')
    const target = open(path)
    expect(await paths(target)).toEqual([])
    expect(existsSync(path)).toBe(false)
    await target.put('a', body('x'), never)
    expect(readdirSync(path)).toEqual(['a'])
  })

  it('begins at the root when its path is relative', async () => {
    const root = temporaryFolder()
    await open('../vault', systemFiles, join(root, 'exports')).put('a', body('x'), never)
    expect(readFileSync(join(root, 'vault/a'), 'utf8')).toBe('x')
  })

  it('may be below the home', async () => {
    const missing = open('~/no-such-folder-of-unsilo/vault')
    await expect(missing.put('a', body('x'), never)).rejects.toThrow(
      `${homedir()}/no-such-folder-of-unsilo does not exist`,
    )
  })

  it('is not created in a folder that is not there, as when a disk is not mounted', async () => {
    const folder = temporaryFolder()
    const target = open(join(folder, 'disk/vault'))
    const away = {
      code: 'not-found',
      message: `${folder}/disk does not exist, so ${folder}/disk/vault is not created in it`,
      hint: `Mount its disk; or, if the folder is to be on this disk: mkdir -p ${folder}/disk`,
      // Nobody gains from seconds of waiting: somebody has to mount it.
      retryable: false,
    }
    await expect(target.put('a', body('x'), never)).rejects.toMatchObject(away)
    await expect(target.get('a', never)).rejects.toMatchObject(away)
    await expect(target.remove('a', never)).rejects.toMatchObject(away)
    await expect(paths(target)).rejects.toMatchObject(away)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is refused when it is a file', async () => {
    const path = join(temporaryFolder(), 'vault')
    writeFileSync(path, '')
    await expect(open(path).put('a', body('x'), never)).rejects.toMatchObject({ code: 'clash' })
  })

  it('does not list links, and removes no folder', async () => {
    const path = temporaryFolder()
    const target = open(path)
    await target.put('folder/file', body('x'), never)
    symlinkSync('/etc/hostname', join(path, 'link'))
    expect(await paths(target)).toEqual(['folder/file'])
    await expect(target.remove('folder', never)).rejects.toMatchObject({ code: 'clash' })
    expect(await paths(target)).toEqual(['folder/file'])
  })
})

describe('a write into a folder target', () => {
  it('takes the name last, and makes the bytes and every new folder durable', async () => {
    const around = temporaryFolder()
    const { files, steps } = breakingFiles(() => 'go on')
    await open(join(around, 'vault'), files).put('a/b/file', body('x'), never)
    const short = steps.map((step) => step.replaceAll(/\.unsilo-\w+-upload\.tmp/g, 'TMP').replaceAll(around, 'AROUND'))
    expect(short).toEqual([
      'make AROUND/vault',
      'sync AROUND',
      'make AROUND/vault/a',
      'sync AROUND/vault',
      'make AROUND/vault/a/b',
      'sync AROUND/vault/a',
      'create AROUND/vault/a/b/TMP',
      'write AROUND/vault/a/b/TMP',
      'sync AROUND/vault/a/b/TMP',
      'rename AROUND/vault/a/b/TMP to AROUND/vault/a/b/file',
      'sync AROUND/vault/a/b',
    ])
  })

  it('shows nothing of a write that was killed, and the next one clears it away', async () => {
    for (let step = 1; ; step++) {
      const path = join(temporaryFolder(), 'vault')
      await open(path).put('in/file', body('old'), never)
      const { files } = breakingFiles((at) => (at === step ? 'kill half-way' : 'go on'))
      const killed = await open(path, files)
        .put('in/file', body('new one'), never)
        .then(() => false)
        .catch((error: unknown) => error instanceof Killed)
      if (!killed) break
      expect(await paths(open(path))).toEqual(['in/file'])
      expect(['old', 'new one']).toContain(readFileSync(join(path, 'in/file'), 'utf8'))
      await open(path).put('in/other', body('x'), never)
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
      expect(names.sort(), `after a kill at step ${step}`).toEqual(['in', 'in/file', 'in/other'])
    }
  })

  it.each(['ENOSPC', 'EACCES', 'EIO'])('leaves the old file at whatever step the disk refuses (%s)', async (code) => {
    for (let step = 1; ; step++) {
      const path = join(temporaryFolder(), 'vault')
      await open(path).put('in/file', body('old'), never)
      let refused = ''
      const { files } = breakingFiles((at, name) => {
        if (at !== step) return 'go on'
        refused = name
        return { refuse: code }
      })
      const failed = await open(path, files)
        .put('in/file', body('new one'), never)
        .then(() => false)
        .catch(() => true)
      if (refused === '') break
      expect(failed, refused).toBe(true)
      // The last step comes after the new file has its name.
      const isNamed = refused === `sync ${join(path, 'in')}`
      expect(await text(await open(path).get('in/file', never)), refused).toBe(isNamed ? 'new one' : 'old')
      expect(readdirSync(join(path, 'in')), refused).toEqual(['file'])
    }
  })

  it('goes on where a folder cannot be synced, as over SMB', async () => {
    const path = temporaryFolder()
    const { files } = breakingFiles((_, name) =>
      name.startsWith('sync') && !name.endsWith('.tmp') ? { refuse: 'EINVAL' } : 'go on',
    )
    await open(path, files).put('in/file', body('x'), never)
    expect(readFileSync(join(path, 'in/file'), 'utf8')).toBe('x')
  })

  it('takes a name as long as the file system does', async () => {
    const target = open(temporaryFolder())
    await target.put('x'.repeat(255), body('x'), never)
    await expect(target.put('x'.repeat(256), body('x'), never)).rejects.toMatchObject({ name: 'UnsiloError' })
  })

  it('refuses the name of an unfinished file, which the next write would clear away', async () => {
    const target = open(temporaryFolder())
    const put = target.put('in/.unsilo-0123456789ab-file.tmp', body('x'), never)
    await expect(put).rejects.toMatchObject({ code: 'usage' })
  })

  it('leaves what others keep beside it', async () => {
    const path = temporaryFolder()
    mkdirSync(join(path, 'in'))
    for (const name of ['.unsilo-notes', 'file.tmp']) writeFileSync(join(path, 'in', name), '')
    await open(path).put('in/file', body('x'), never)
    expect(
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .map((name) => relative('', name))
        .sort(),
    ).toEqual(['in', 'in/.unsilo-notes', 'in/file', 'in/file.tmp'])
  })
})
