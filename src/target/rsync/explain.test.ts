import { describe, expect, it } from 'vitest'
import { explainRsync, isOnlyMissing, lacksTemporaryFolder, refusedExtra } from './explain.ts'
import { parsePlace } from './place.ts'

const place = parsePlace('me@nas:/backup')

function explained(status: number | null, complaint: string) {
  return explainRsync('write to', place, { how: `exit status ${status}`, status, complaint })
}

describe('what rsync says', () => {
  it.each([
    [5, '@ERROR: auth failed on module m\nrsync error: error starting client-server protocol (code 5)', 'auth', false],
    [5, "@ERROR: Unknown module 'nope'\n", 'not-found', false],
    [5, '@ERROR: max connections (4) reached -- try again later', 'busy', true],
    [5, '@ERROR: access denied to m from nas (10.0.0.2)', 'not-permitted', false],
    [
      1,
      'ERROR: module is read only\nrsync: [sender] read error: Connection reset by peer (104)',
      'not-permitted',
      false,
    ],
    [4, 'rsync: The server is configured to refuse --delete-missing-args', 'not-permitted', false],
    [10, 'rsync: [sender] failed to connect to nas (10.0.0.2): Connection refused (111)', 'network', true],
    [
      12,
      'ssh: connect to host nas port 22: Connection refused\nrsync: connection unexpectedly closed',
      'network',
      true,
    ],
    [12, 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]', 'network', true],
    [255, 'ssh: Could not resolve hostname nas: Name or service not known', 'network', true],
    [255, 'me@nas: Permission denied (publickey,password).', 'auth', false],
    [255, 'ssh: connect to host nas port 22: Connection timed out', 'timeout', true],
    [30, 'rsync error: timeout in data send/receive (code 30)', 'timeout', true],
    [127, 'bash: line 1: rsync: command not found', 'missing-program', false],
    [2, 'protocol version mismatch -- is your shell clean?', 'command-failed', false],
    [11, 'rsync: [Receiver] mkdir "/backup" failed: No such file or directory (2)', 'not-found', true],
    [11, 'rsync: [receiver] write failed on "/backup/x": No space left on device (28)', 'no-space', false],
    [23, 'rsync: [receiver] mkstemp "/backup/.x.a1b2c3" failed: Permission denied (13)', 'not-permitted', false],
    [
      23,
      'rsync: [generator] recv_generator: mkdir "/backup/x" failed: Read-only file system (30)',
      'not-permitted',
      false,
    ],
    [23, 'could not make way for new regular file: x\ncannot delete non-empty directory: x', 'clash', false],
    [14, '', 'command-failed', true],
    [1, 'rsync: --nonsense: unknown option', 'command-failed', false],
    [null, '', 'command-failed', true],
  ])('with status %s and %j means something to the user', (status, complaint, code, retryable) => {
    const error = explained(status, complaint)
    expect(error).toMatchObject({ code, retryable })
    expect(error.message).toMatch(/^cannot write to me@nas:\/backup: ./)
    expect(error.hint).toMatch(/.\.$/)
  })

  it.each([
    [12, 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]', 'network', 'rm: cannot remove'],
    [23, 'rsync: [receiver] rename "/b/.x.a1b2c3" -> "x": Input/output error (5)', 'command-failed', 'rename "/b'],
  ])('with status %s is not taken for what the login shell there complains of', (status, line, code, told) => {
    const noise = "rm: cannot remove '/home/me/.shims/tmp.x': No such file or directory"
    const error = explained(status, `${noise}\n${line}`)
    expect(error).toMatchObject({ code, retryable: true })
    expect(error.message).toContain(told)
  })

  it('is told by its most telling line, and short', () => {
    const error = explained(23, `something else\nrsync: mkdir "/${'x'.repeat(500)}" failed: Permission denied (13)`)
    expect(error.message).toContain('rsync: mkdir "/xxx')
    expect(error.message.length).toBeLessThan(250)
  })
})

it('tells what is missing from other failures', () => {
  const missing = 'rsync: [sender] link_stat "/a" failed: No such file or directory (2)\n'
  const end = 'rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394)\n'
  expect(isOnlyMissing({ status: 23, complaint: missing + end })).toBe(true)
  expect(
    isOnlyMissing({ status: 23, complaint: `${missing}rsync: opendir "/b" failed: Permission denied (13)\n${end}` }),
  ).toBe(false)
  expect(isOnlyMissing({ status: 12, complaint: missing })).toBe(false)
  const place =
    'rsync: [sender] change_dir "/a/" failed: No such file or directory (2)\n' +
    'rsync error: errors selecting input/output files, dirs (code 3) at flist.c(2791) [sender=3.5.0]\n' +
    'rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]\n'
  expect(isOnlyMissing({ status: 12, complaint: place })).toBe(true)
  expect(isOnlyMissing({ status: 23, complaint: end })).toBe(false)
})

it('finds what one side does not know or may not do', () => {
  expect(refusedExtra('rsync: on remote machine: --fsync: unknown option')).toBe('fsync')
  expect(refusedExtra('rsync: The server is configured to refuse --checksum (-c)')).toBe('links')
  expect(refusedExtra('rsync: The server is configured to refuse --delete')).toBeUndefined()
  expect(refusedExtra('rsync: write failed: No space left on device (28)')).toBeUndefined()
})

it('finds that the folder for temporary files is not there yet, as newer and older programs say it', () => {
  expect(lacksTemporaryFolder('The temp-dir does not exist: .unsilo-000000000000-rsync.tmp')).toBe(true)
  const old = 'rsync: mkstemp "/b/.unsilo-000000000000-rsync.tmp/.x.a1b2c3" failed: No such file or directory (2)'
  expect(lacksTemporaryFolder(old)).toBe(true)
  expect(lacksTemporaryFolder('rsync: mkstemp "/b/.x.a1b2c3" failed: Permission denied (13)')).toBe(false)
})
