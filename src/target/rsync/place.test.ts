import { describe, expect, it } from 'vitest'
import { absolutePath, destinationOf, parsePlace, sourceOf } from './place.ts'

describe('the place that `to` names', () => {
  it.each([
    ['me@nas:/backup/', 'ssh', 'nas', 'me@nas:/backup/', '/backup'],
    ['nas:backup', 'ssh', 'nas', 'nas:backup/', undefined],
    ['nas:~/my backup', 'ssh', 'nas', 'nas:my backup/', undefined],
    ['nas:', 'ssh', 'nas', 'nas:./', undefined],
    ['nas:~', 'ssh', 'nas', 'nas:./', undefined],
    ['nas:/', 'ssh', 'nas', 'nas:/', ''],
    ['me@[fe80::1]:/a', 'ssh', 'fe80::1', 'me@[fe80::1]:/a/', '/a'],
    ['me@nas::disk/a', 'daemon', 'nas', 'me@nas::disk/a/', '/a'],
    ['nas::disk', 'daemon', 'nas', 'nas::disk/', ''],
    ['rsync://me@nas:8730/disk/a/', 'daemon', 'nas', 'rsync://me@nas:8730/disk/a/', '/a'],
    ['rsync://[::1]/disk', 'daemon', '::1', 'rsync://[::1]/disk/', ''],
    ['/mnt/disk', 'local', '', '/mnt/disk/', '/mnt/disk'],
    ['/mnt/a:b', 'local', '', '/mnt/a:b/', '/mnt/a:b'],
    ['./a:b', 'local', '', './a:b/', undefined],
    ['/mnt/what? [x]*', 'local', '', '/mnt/what? [x]*/', '/mnt/what? [x]*'],
  ])('is read from %j', (to, by, host, argument, absolute) => {
    const place = parsePlace(to)
    expect(place).toMatchObject({ by, host })
    expect(destinationOf(place)).toBe(argument)
    expect(absolutePath(place)).toBe(absolute)
  })

  it.each([
    ['-oProxyCommand=evil:/x', 'begins with a dash'],
    ['-me@nas:/x', 'begins with a dash'],
    ['me@-nas:/x', 'begins with a dash'],
    ['rsync://-nas/disk', 'begins with a dash'],
    ['nas:/back*', 'has one of *'],
    ['nas::disk/[a]', 'has one of *'],
    ['nas:/back\\up', 'has one of *'],
    ['nas::', 'names no module'],
    ['rsync://nas/', 'names no module'],
    ['rsync://nas', 'names no place'],
    ['rsync://me:secret@nas/disk', 'a password never stands'],
  ])('refuses %j', (to, why) => {
    expect(() => parsePlace(to)).toThrow(why)
  })

  it('names folders in it', () => {
    expect(destinationOf(parsePlace('nas:/a'), 'x/y')).toBe('nas:/a/x/y/')
    expect(destinationOf(parsePlace('nas:/'), 'x')).toBe('nas:/x/')
    expect(destinationOf(parsePlace('/'), 'x')).toBe('/x/')
  })

  it('is read from the module of a daemon, by names that have the folder in them', () => {
    expect(sourceOf(parsePlace('nas::disk/a/b'))).toEqual({ argument: 'nas::disk/', before: './a/b/./' })
    expect(sourceOf(parsePlace('nas::disk'))).toEqual({ argument: 'nas::disk/', before: './' })
    expect(sourceOf(parsePlace('nas:/disk/a'))).toEqual({ argument: 'nas:/disk/a/', before: './' })
  })
})
