import { chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { join } from 'node:path'
import { freePort, hasFile, serverFolder, startServer } from './server-process.ts'
import { killProcess } from '../support/kill.ts'
import { greets, sessionsOf } from './sessions.ts'
import { childrenOf } from './watch-processes.ts'

/** A vsftpd of the test's own, on loopback. It lets one in without an account of this machine, and leaves nothing behind. */
export interface FtpServer {
  /** Not 127.0.0.1, so that a proxy there can have the same ports. */
  host: string
  port: number
  /** The ports of data connections. */
  dataPorts: number[]
  user: string
  password: string
  /** With `tls`: its certificate, which it has signed itself. */
  certificate: string
  /** Makes a folder that the account may write to; its path here is also its path there. */
  makeRoom(): string
  /** Gives a folder, and all that is around it and ours, to the account. */
  hand(folder: string): void
  stop(): Promise<void>
  /** As a crash would: with its sessions. */
  kill(): Promise<void>
  /** After `kill`: comes up again at the same port, with the same files. */
  restart(): Promise<void>
  /** How many connections are open. */
  sessions(): number
}

export interface FtpOptions {
  tls?: 'explicit' | 'implicit'
  /** For how long the certificate is good; a negative number makes one that is good no longer. */
  certificateDays?: number
  /** The address that the certificate is for. */
  certificateFor?: string
  /** Lines of vsftpd.conf(5). */
  lines?: readonly string[]
}

const program = '/usr/sbin/vsftpd'
/** An account of every Debian whose home exists; vsftpd acts as it for anonymous users, and these need a password here. */
const account = 'daemon'
const host = '127.0.0.2'

/** Why there is no server; `undefined` when there can be one. */
export const reasonWithoutVsftpd = !hasFile(program, '/usr/bin/openssl')
  ? 'vsftpd is not installed: `npm run setup`'
  : process.getuid?.() !== 0
    ? 'only root can start vsftpd, which changes its root folder'
    : undefined

export async function startVsftpd(options: FtpOptions = {}): Promise<FtpServer> {
  const { tls, certificateDays = 30, certificateFor = host, lines = [] } = options
  const { folder, run } = serverFolder('root')
  run(['chmod', '711', folder])
  const file = (name: string): string => join(folder, name)
  const password = 'pass word?'
  writeFileSync(file('passwords'), `${password}\n`)
  mkdirSync(file('empty'))
  if (tls !== undefined) makeCertificate(run, file, certificateDays, certificateFor)
  const dataPorts = await freePorts(24)
  const port = await freePort()
  const config = [
    'background=NO',
    'listen=YES',
    `listen_address=${host}`,
    `listen_port=${port}`,
    `pasv_min_port=${dataPorts[0]}`,
    `pasv_max_port=${dataPorts.at(-1)}`,
    'seccomp_sandbox=NO',
    `secure_chroot_dir=${file('empty')}`,
    'anonymous_enable=YES',
    'local_enable=NO',
    'secure_email_list_enable=YES',
    `email_password_file=${file('passwords')}`,
    `ftp_username=${account}`,
    'anon_root=/',
    'write_enable=YES',
    'anon_upload_enable=YES',
    'anon_mkdir_write_enable=YES',
    'anon_other_write_enable=YES',
    'anon_world_readable_only=NO',
    'anon_umask=022',
    'delay_failed_login=0',
    'max_clients=0',
    'max_per_ip=0',
    ...(tls === undefined ? [] : tlsLines(tls, file)),
    ...lines,
  ]
  writeFileSync(file('vsftpd.conf'), `${config.join('\n')}\n`, { mode: 0o600 })
  const start = () => startServer('root', folder, [program, file('vsftpd.conf')], () => greets(host, port))
  let server = await start()
  const sessions = (): number[] => sessionsOf(server.child.pid!)
  const end = async (ending: () => Promise<void>): Promise<void> => {
    const ours = sessions()
    const ended = ending()
    for (const pid of ours) killProcess(pid)
    await ended
  }
  const { uid, gid } = accountIds()
  return {
    host,
    port,
    dataPorts,
    user: 'anonymous',
    password,
    certificate: file('certificate.pem'),
    makeRoom() {
      const room = mkdtempSync(file('room-'))
      chownSync(room, uid, gid)
      return room
    },
    hand(given) {
      chownSync(given, uid, gid)
    },
    stop: () => end(() => server.stop('SIGTERM')),
    kill: () => end(() => server.kill()),
    async restart() {
      server = await start()
    },
    // Each is served by a process that may do everything, and one of its own that may do little.
    sessions: () => childrenOf(server.child.pid!).length,
  }
}

function makeCertificate(
  run: (command: readonly string[]) => void,
  file: (name: string) => string,
  days: number,
  address: string,
): void {
  const key = file('key.pem')
  run([
    'openssl',
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=unsilo test',
    '-keyout',
    key,
    '-out',
    file('request'),
  ])
  writeFileSync(file('extensions'), `subjectAltName=IP:${address},IP:127.0.0.1\n`)
  const signed = [
    '-in',
    file('request'),
    '-signkey',
    key,
    '-extfile',
    file('extensions'),
    '-out',
    file('certificate.pem'),
  ]
  run(['openssl', 'x509', '-req', '-days', String(days), ...signed])
}

function tlsLines(tls: 'explicit' | 'implicit', file: (name: string) => string): string[] {
  return [
    'ssl_enable=YES',
    'allow_anon_ssl=YES',
    'force_anon_logins_ssl=YES',
    'force_anon_data_ssl=YES',
    'require_ssl_reuse=YES',
    'ssl_ciphers=HIGH',
    `rsa_cert_file=${file('certificate.pem')}`,
    `rsa_private_key_file=${file('key.pem')}`,
    ...(tls === 'implicit' ? ['implicit_ssl=YES'] : []),
  ]
}

function accountIds(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${account}:`))
  const [, , uid, gid] = line!.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Ports in a row that nobody listens to, below those that the kernel gives to clients. */
async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 20_000)
    const ports = Array.from({ length: count }, (_, index) => first + index)
    const listeners = await Promise.all(
      ports.flatMap((port) => [host, '127.0.0.1'].map((address) => listen(address, port))),
    )
    for (const listener of listeners) listener?.close()
    if (!listeners.includes(undefined)) return ports
  }
}

function listen(address: string, port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, address, () => resolve(server))
  })
}
