import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SshServer } from '../../../test/servers/sshd.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type SftpTargetConfig, sftpTargetConfig } from '../sftp-config.ts'
import type { Target } from '../target.ts'
import { openSftpTarget } from './sftp.ts'

/** A client of that server, with its key, and with its host key at whatever port. */
export function openAt(
  server: SshServer,
  path: string,
  changes: Partial<Record<keyof SftpTargetConfig, unknown>> = {},
  secrets: Record<string, string> = {},
): Target {
  const config = {
    kind: 'sftp',
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    path,
    key: server.keyFile,
    agent: false,
    known_hosts: knownAnywhere(server),
    ...changes,
  }
  return openSftpTarget('nas', sftpTargetConfig.parse(config), targetSurroundings(secrets))
}

/** A known_hosts file that has the server's key for every port, for those behind a proxy. */
function knownAnywhere({ folder, hostKeyLine }: SshServer): string {
  const path = join(folder, 'known_anywhere')
  writeFileSync(path, `[127.0.0.1]:* ${hostKeyLine.slice(hostKeyLine.indexOf(' ') + 1)}\n`)
  return path
}

/** A folder that only its owner may write to, and all may read. */
export function readableFolder(): string {
  const around = temporaryFolder()
  chmodSync(around, 0o755)
  const folder = join(around, 'vault')
  mkdirSync(folder, { mode: 0o755 })
  return folder
}
