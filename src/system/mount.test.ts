import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { isSameMount, mountOf, sayMount } from './mount.ts'

const canMount = process.getuid?.() === 0 && process.platform === 'linux'

describe('the mount of a folder', () => {
  it('is that of all that lies in it', () => {
    const folder = temporaryFolder()
    fs.mkdirSync(join(folder, 'in'))
    expect(mountOf(join(folder, 'in'))).toEqual(mountOf(folder))
  })

  it.runIf(process.platform === 'linux')('is the nearest one above it', () => {
    expect(mountOf('/proc/self')).toEqual({ at: '/proc' })
    expect(mountOf('/').at).toBe('/')
  })

  it.skipIf(!canMount)('is found through links, by a name with spaces, and the last of two counts', () => {
    const folder = temporaryFolder()
    const at = join(folder, 'my disk')
    fs.mkdirSync(at)
    fs.symlinkSync(at, join(folder, 'link'))
    const before = mountOf(at)
    for (let count = 0; count < 2; count++) {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', at])
      onTestFinished(() => void execFileSync('umount', [at]))
    }
    expect(mountOf(join(folder, 'link'))).toEqual({ at })
    expect(isSameMount(mountOf(at), before)).toBe(false)
    expect(mountOf(folder)).toEqual(before)
  })

  it('is said not to be there when the folder is not', () => {
    expect(() => mountOf(join(temporaryFolder(), 'gone'))).toThrow('no such file or folder')
  })
})

describe('two mounts', () => {
  const disk = { at: '/mnt', device: 'UUID=1' }

  it('are the same as far as both are known', () => {
    expect(isSameMount(disk, { at: '/mnt', device: 'UUID=1' })).toBe(true)
    expect(isSameMount(disk, { at: '/mnt' })).toBe(true)
    expect(isSameMount(disk, { at: '/mnt', device: 'UUID=2' })).toBe(false)
    expect(isSameMount(disk, { at: '/', device: 'UUID=1' })).toBe(false)
  })

  it('are told by where they are, and what they are', () => {
    expect([sayMount(disk), sayMount({ at: '/' })]).toEqual(['/mnt (UUID=1)', '/'])
  })
})
