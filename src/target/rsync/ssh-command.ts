/** What of a target says how to get in over SSH. Paths are absolute. */
export interface SshLogin {
  port: number | undefined
  key: string | undefined
  knownHosts: string | undefined
  /** Path of the socket by which all runs share one connection; there need not be anything yet. */
  socket: string
}

/**
 * The parameters of `ssh` that let it never ask, never learn a host by itself, and notice a dead line, after a minute.
 * Everything else is as the user's own configuration of it says.
 */
export function sshParameters({ port, key, knownHosts, socket }: SshLogin): string[] {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ConnectTimeout=30',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    'ClearAllForwardings=yes',
    'LogLevel=ERROR',
    // The first run's connection stays for those that come soon: making one takes longer than sending a small file.
    'ControlMaster=auto',
    `ControlPath="${withoutTokens(socket)}"`,
    'ControlPersist=30',
  ]
  // With a file of its own nothing else is trusted.
  if (knownHosts !== undefined) {
    options.push(`UserKnownHostsFile="${withoutTokens(knownHosts)}"`, 'GlobalKnownHostsFile=/dev/null')
  }
  if (key !== undefined) options.push(`IdentityFile="${withoutTokens(key)}"`, 'IdentitiesOnly=yes')
  return [...(port === undefined ? [] : ['-p', String(port)]), ...options.flatMap((option) => ['-o', option])]
}

/** ssh puts other things in place of `%h` and the like (ssh_config(5), TOKENS). */
function withoutTokens(path: string): string {
  return path.replaceAll('%', '%%')
}

/** As rsync's `--rsh` takes it: words in quotes, with a doubled one for a quote itself (rsync(1), --rsh). */
export function rshOption(login: SshLogin): string {
  const words = ['ssh', ...sshParameters(login)]
  return words.map((word) => (/^[\w.=/-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`)).join(' ')
}
