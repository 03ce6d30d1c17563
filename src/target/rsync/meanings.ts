import type { UnsiloError } from '../../errors.ts'
import type { RsyncPlace } from './place.ts'

/** What a failure means for the user. */
export interface Meaning {
  code: UnsiloError['code']
  /** In plain words; without it, what rsync says itself. */
  says?: string
  hint: string
  retryable?: boolean
}

const again = { hint: 'It is tried again with the next run.', retryable: true } as const
const unreachable = {
  hint: 'Check the host, the port, and that the server runs; it is tried again with the next run.',
  retryable: true,
}

/** What it says, and what that means. The first one counts: what follows is often a consequence. */
export const meanings: readonly [RegExp, (place: RsyncPlace) => Meaning][] = [
  [
    /Host key for .* has changed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ host }) => ({
      code: 'auth',
      says: 'its host key is another one than in known_hosts',
      hint: `Either it was set up anew, or something stands between: ask who runs it, then \`ssh-keygen -R ${host}\` and add the new key.`,
    }),
  ],
  [
    /Host key verification failed/,
    () => ({ code: 'auth', says: 'its host key is not known', hint: 'Add its host key to known_hosts.' }),
  ],
  [
    /^\S+: Permission denied \([\w,-]+\)|Too many authentication failures/m,
    () => ({
      code: 'auth',
      says: 'it does not let us in (SSH)',
      hint: 'Check the user in `to`, and `key`: its public half has to be in ~/.ssh/authorized_keys there; try `ssh USER@HOST true`.',
    }),
  ],
  [
    /@ERROR: auth failed|failed to read a password|authentication required/,
    () => ({
      code: 'auth',
      says: 'it does not let us in',
      hint: 'Check the user in `to`, and `password`: the daemon has them in its `secrets file`.',
    }),
  ],
  [/@ERROR: max connections/, () => ({ code: 'busy', says: 'it has as many connections as it takes', ...again })],
  [
    /@ERROR: Unknown module/,
    ({ host }) => ({
      code: 'not-found',
      says: 'it has no such module',
      hint: `\`rsync ${host}::\` lists its modules.`,
    }),
  ],
  [
    /@ERROR: (?:access denied|.*permission denied)/i,
    () => ({
      code: 'not-permitted',
      says: 'it does not let this machine in',
      hint: 'See `hosts allow` in rsyncd.conf there.',
    }),
  ],
  [
    /module is read.only/,
    () => ({
      code: 'not-permitted',
      says: 'the module is read-only',
      hint: 'Set `read only = false` in rsyncd.conf there.',
    }),
  ],
  [
    /module is write.only/,
    () => ({
      code: 'not-permitted',
      says: 'nothing may be read from the module',
      hint: 'Set `write only = false` in rsyncd.conf there: what is published is listed and read back.',
    }),
  ],
  [
    /configured to refuse/,
    () => ({
      code: 'not-permitted',
      says: 'it refuses what is needed',
      hint: 'See `refuse options` in rsyncd.conf there.',
    }),
  ],
  [
    // A daemon that refuses that one option by its own name notices only what it would have been told by it.
    /invalid file mode 0+ /,
    () => ({
      code: 'not-permitted',
      says: 'nothing may be removed there, as it refuses --delete-missing-args',
      hint: 'See `refuse options` in rsyncd.conf there.',
    }),
  ],
  [
    /No space left on device|\(28\)/,
    () => ({ code: 'no-space', says: 'the disk is full', hint: 'Free some space there, then run again.' }),
  ],
  [
    /quota exceeded|\(122\)/i,
    () => ({ code: 'no-space', says: 'the disk quota is used up', hint: 'Free some space there, or raise the quota.' }),
  ],
  [
    /remote command not found|rsync: (?:command )?not found/,
    () => ({ code: 'missing-program', says: 'there is no rsync program', hint: 'Install rsync there.' }),
  ],
  [
    /is your shell clean/,
    () => ({
      code: 'command-failed',
      says: 'the shell there prints something of its own, or starts no rsync',
      hint: 'Take out of ~/.bashrc there what prints, or do it only for terminals; `ssh USER@HOST true` has to print nothing.',
    }),
  ],
  [
    /Could not resolve hostname|getaddrinfo/,
    () => ({ code: 'network', says: 'there is no such host', ...unreachable }),
  ],
  [/Connection refused/, () => ({ code: 'network', says: 'nothing listens at that port', ...unreachable })],
  [
    /timed out|timeout in data send|Timeout, server|not responding/,
    () => ({ code: 'timeout', says: 'it does not answer', ...unreachable }),
  ],
  [/No route to host|unreachable/, () => ({ code: 'network', says: 'it cannot be reached', ...unreachable })],
  [
    /mkdir .* failed: No such file or directory/,
    () => ({
      code: 'not-found',
      says: 'the folder around it does not exist, so it is not created',
      hint: 'Mount its disk; or, if it is to be there, create the folder around it.',
      retryable: true,
    }),
  ],
  [
    /Read-only file system|\(30\)$/m,
    () => ({
      code: 'not-permitted',
      says: 'the file system is read-only',
      hint: 'Mount it for writing, or use another.',
    }),
  ],
  [
    /Permission denied|Operation not permitted/,
    () => ({ code: 'not-permitted', hint: 'Check the owner and mode of that file and of its folder there (ls -ld).' }),
  ],
  [
    /Too many levels of symbolic links/,
    () => ({
      code: 'clash',
      says: 'a folder there is a link',
      hint: 'rsync does not follow links below `to`: mount the other disk there, or name the folder itself in `to`.',
    }),
  ],
  [
    /make way for|cannot delete non-empty directory|Is a directory|Not a directory/,
    () => ({
      code: 'clash',
      hint: 'A folder is where a file is expected, or the other way round: look, and move it away.',
    }),
  ],
  [/No such file or directory/, () => ({ code: 'not-found', hint: 'Check the path.' })],
]

/** By what rsync exits with, where it does not say anything that is known (rsync(1), EXIT VALUES). */
export function meaningOfStatus(status: number | null): Meaning {
  if (status === 30 || status === 35) return { code: 'timeout', says: 'it does not answer', ...unreachable }
  if (status === 10 || status === 12 || status === 255 || status === 5) {
    return { code: 'network', says: 'the connection broke off', ...again }
  }
  if (status === 127)
    return { code: 'missing-program', says: 'there is no rsync program', hint: 'Install rsync there.' }
  if (status === 2)
    return { code: 'command-failed', hint: 'The two programs do not understand each other: update the older rsync.' }
  return {
    code: 'command-failed',
    hint: 'Run rsync by hand, as the same user.',
    retryable: status !== 1 && status !== 4,
  }
}
