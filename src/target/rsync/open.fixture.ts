import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RsyncDaemon } from '../../../test/servers/rsyncd.ts'
import type { SshServer } from '../../../test/servers/sshd.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { type RsyncTargetConfig, rsyncTargetConfig } from '../rsync-config.ts'
import type { Target, TargetSurroundings } from '../target.ts'
import { openRsyncTarget } from './rsync.ts'

type Changes = Partial<Record<keyof RsyncTargetConfig, unknown>>

export function openTo(
  to: string,
  changes: Changes = {},
  secrets: Record<string, string> = {},
  surroundings: Partial<TargetSurroundings> = {},
): Target {
  const config = rsyncTargetConfig.parse({ kind: 'rsync', to, ...changes })
  return openRsyncTarget('nas', config, { ...targetSurroundings(secrets), ...surroundings })
}

/** A client of that daemon, with its password. @param path Begins with the module */
export function openAtDaemon(
  daemon: RsyncDaemon,
  path: string,
  port = daemon.port,
  password = daemon.password,
  bytesPerSecond?: number,
): Target {
  const to = `rsync://${daemon.user}@127.0.0.1:${port}/${path}`
  const limit = bytesPerSecond === undefined ? {} : { bytesPerSecond }
  return openTo(to, { password: { env: 'RSYNC_SECRET' } }, { 'targets.nas.password': password }, limit)
}

/** A client of that server, with its key, and with its host key at whatever port. */
export function openOverSsh(server: SshServer, path: string, changes: Changes = {}): Target {
  const keys = { port: server.port, key: server.keyFile, known_hosts: knownAnywhere(server) }
  return openTo(`${server.user}@127.0.0.1:${path}`, { ...keys, ...changes })
}

/** A known_hosts file that has the server's key for every port, for those behind a proxy. */
function knownAnywhere({ folder, hostKeyLine }: SshServer): string {
  const path = join(folder, 'known_anywhere')
  writeFileSync(path, `[127.0.0.1]:* ${hostKeyLine.slice(hostKeyLine.indexOf(' ') + 1)}\n`)
  return path
}
