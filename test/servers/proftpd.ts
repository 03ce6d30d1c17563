import { chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { freePort, hasFile, serverFolder, startServer } from './server-process.ts'
import { greets } from './sessions.ts'

/** A ProFTPD of the test's own, on loopback: unlike vsftpd it lists in the form for programs (MLSD), and computes hashes. */
export interface ProftpdServer {
  host: string
  port: number
  user: string
  password: string
  /** Makes a folder that the account may write to; its path here is also its path there. */
  makeRoom(): string
  stop(): Promise<void>
}

/**
 * Debian's package does not go together with vsftpd's. So it may also be unpacked somewhere (`dpkg -x`, with the libraries that it
 * needs), and named by this variable.
 */
const unpacked = process.env['UNSILO_TEST_PROFTPD'] ?? ''
const program = join('/', unpacked, 'usr/sbin/proftpd')
const modules = join('/', unpacked, 'usr/lib/proftpd')

/** Why there is no server; `undefined` when there can be one. */
export const reasonWithoutProftpd = !hasFile(program, join(modules, 'mod_digest.so'))
  ? 'proftpd-core is neither installed nor unpacked in UNSILO_TEST_PROFTPD'
  : process.getuid?.() !== 0
    ? 'only root can start proftpd with another account'
    : undefined

export async function startProftpd(lines: readonly string[] = []): Promise<ProftpdServer> {
  const { folder } = serverFolder('root')
  const file = (name: string): string => join(folder, name)
  const account = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('daemon:'))
  const [, , uid, gid] = account!.split(':').map(Number) as [number, number, number, number]
  const [user, password] = ['bob', 'pass word?']
  const hash = spawnSync('openssl', ['passwd', '-5', '-stdin'], { input: password, encoding: 'utf8' }).stdout.trim()
  writeFileSync(file('passwd'), `${user}:${hash}:${uid}:${gid}::/:/bin/sh\n`, { mode: 0o600 })
  const port = await freePort()
  const config = [
    'ServerType standalone',
    'DefaultAddress 127.0.0.1',
    'SocketBindTight on',
    `Port ${port}`,
    'User daemon',
    'Group daemon',
    `PidFile ${file('pid')}`,
    `ScoreboardFile ${file('score')}`,
    `SystemLog ${file('log')}`,
    'DelayTable none',
    'WtmpLog off',
    'TransferLog none',
    `ModulePath ${modules}`,
    'LoadModule mod_digest.c',
    `AuthUserFile ${file('passwd')}`,
    'AuthOrder mod_auth_file.c',
    'RequireValidShell off',
    'UseFtpUsers off',
    'AllowOverwrite on',
    'AllowStoreRestart on',
    ...lines,
  ]
  writeFileSync(file('proftpd.conf'), `${config.join('\n')}\n`)
  const libraries = `LD_LIBRARY_PATH=${join('/', unpacked, 'usr/lib/x86_64-linux-gnu')}`
  const environment = unpacked === '' ? [] : ['env', libraries]
  spawnSync('chmod', ['711', folder])
  const command = [...environment, program, '-n', '-q', '-c', file('proftpd.conf')]
  const server = await startServer('root', folder, command, () => greets('127.0.0.1', port))
  return {
    host: '127.0.0.1',
    port,
    user,
    password,
    makeRoom() {
      const room = mkdtempSync(file('room-'))
      chownSync(room, uid, gid)
      return room
    },
    stop: () => server.stop('SIGTERM'),
  }
}
