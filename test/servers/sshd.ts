import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, freePort, hasFile, serverFolder, startServer } from './server-process.ts'
import { killProcess } from '../support/kill.ts'
import { greets, sessionsOf } from './sessions.ts'

/** An OpenSSH server of the test's own, on loopback. */
export interface SshServer {
  port: number
  /** Everything of the server, and room for what a test puts there. */
  folder: string
  /** The whole line of a known_hosts file. */
  hostKeyLine: string
  /** A known_hosts file with that line. */
  knownHosts: string
  /** The private key that lets `user` in. */
  keyFile: string
  user: string
  /** Ends it with its sessions, and removes its folder. */
  stop(): Promise<void>
  /** As a crash would: with its sessions. */
  kill(): Promise<void>
  /** After `kill`: comes up again at the same port, with the same keys and files. */
  restart(): Promise<void>
  /** Makes all sessions that there are stand still, as behind a line that is dead. */
  freeze(): void
}

export interface SshOptions {
  /** The user who may log in; only root can choose another than itself. */
  user?: string
  /** Parameters of the SFTP server, as in sftp-server(8). */
  sftp?: readonly string[]
  /** Lines of sshd_config(5). */
  lines?: readonly string[]
}

const program = '/usr/sbin/sshd'
export const hasSshd = hasFile(program, '/usr/bin/ssh-keygen')

export async function startSshd({
  user = userInfo().username,
  sftp = [],
  lines = [],
}: SshOptions = {}): Promise<SshServer> {
  // As root, sshd insists on this folder for the part of it that has no rights.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const { folder, run } = serverFolder(userInfo().username)
  const file = (name: string): string => join(folder, name)
  for (const name of ['host', 'client'])
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)])
  // Another user than root has to find the keys that let it in.
  run(['chmod', '755', folder])
  const port = await freePort()
  const config = [
    ...lines,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('client.pub')}`,
    `PidFile ${file('pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    // The login shell of who runs the tests would read its own start files, which may print, fail, or take long.
    `SetEnv HOME=${folder}`,
    `Subsystem sftp internal-sftp ${sftp.join(' ')}`,
  ]
  writeFileSync(file('sshd_config'), `${config.join('\n')}\n`)
  const [type, key] = readFileSync(file('host.pub'), 'utf8').split(' ')
  const hostKeyLine = `[127.0.0.1]:${port} ${type} ${key}`
  writeFileSync(file('known_hosts'), `${hostKeyLine}\n`)
  // The log's path is absolute: sshd starts itself anew, in `/`, for each connection.
  const command = [program, '-D', '-f', file('sshd_config'), '-E', file('log')]
  const start = (): Promise<ServerProcess> =>
    startServer(userInfo().username, folder, command, () => greets('127.0.0.1', port, 'SSH-2.0-'))
  let server = await start()
  return {
    port,
    folder,
    hostKeyLine,
    knownHosts: file('known_hosts'),
    keyFile: file('client'),
    user,
    async stop() {
      const sessions = sessionsOf(server.child.pid!)
      const stopping = server.stop('SIGTERM')
      for (const pid of sessions) killProcess(pid)
      await stopping
    },
    async kill() {
      const sessions = sessionsOf(server.child.pid!)
      const killing = server.kill()
      for (const pid of sessions) killProcess(pid)
      await killing
    },
    async restart() {
      server = await start()
    },
    freeze() {
      for (const pid of sessionsOf(server.child.pid!)) killProcess(pid, 'SIGSTOP')
    },
  }
}
