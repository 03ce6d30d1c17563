import { readFileSync, statSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ServerProcess, freePort, hasFile, serverFolder, startServer } from './server-process.ts'
import { killProcess } from '../support/kill.ts'
import { greets, sessionsOf } from './sessions.ts'

/** An rsync daemon of the test's own, on loopback; where the test is root, it runs as nobody. */
export interface RsyncDaemon {
  port: number
  user: string
  password: string
  /** The folder of the module `disk`. */
  disk: string
  /** Makes an empty folder in it that is the daemon's own. @returns Its path below `disk` */
  makeRoom(): string
  /** Gives a folder to the daemon. */
  hand(folder: string): void
  /** What it has logged. */
  log(): string
  /** Ends it with those that serve a client, and removes its folder. */
  stop(): Promise<void>
  /** As a crash would: with those that serve a client. */
  kill(): Promise<void>
  /** After `kill`: comes up again at the same port, with the same files. */
  restart(): Promise<void>
}

export const hasRsync = hasFile('/usr/bin/rsync')

const account = 'nobody'

/** @param modules Lines of rsyncd.conf(5) for more modules; they have the path of `disk`, unless they say another. */
export async function startRsyncd(modules: Readonly<Record<string, readonly string[]>> = {}): Promise<RsyncDaemon> {
  const { folder, run } = serverFolder(account)
  const file = (name: string): string => join(folder, name)
  const [user, password] = ['joe', 'a pass:word #1']
  const hand = (path: string): void => {
    const { uid, gid } = statSync(folder)
    chownSync(path, uid, gid)
  }
  run(['mkdir', '-m', '755', file('disk')])
  writeFileSync(file('secrets'), `${user}:${password}\n`, { mode: 0o600 })
  hand(file('secrets'))
  const locked = [`auth users = ${user}`, `secrets file = ${file('secrets')}`]
  const sections = Object.entries({ disk: ['read only = false', ...locked], ...modules }).flatMap(([name, lines]) => [
    `[${name}]`,
    `path = ${file('disk')}`,
    ...lines,
  ])
  const config = ['use chroot = no', `pid file = ${file('pid')}`, `log file = ${file('log')}`, ...sections]
  writeFileSync(file('rsyncd.conf'), `${config.join('\n')}\n`, { mode: 0o644 })
  const port = await freePort()
  const parameters = ['--no-detach', `--config=${file('rsyncd.conf')}`, '--address=127.0.0.1', `--port=${port}`]
  const start = async (): Promise<ServerProcess> => {
    run(['rm', '-f', file('pid')])
    return startServer(account, folder, ['rsync', '--daemon', ...parameters], () =>
      greets('127.0.0.1', port, '@RSYNCD:'),
    )
  }
  let server = await start()
  const end = async (ending: () => Promise<void>): Promise<void> => {
    const serving = sessionsOf(server.child.pid!)
    const ended = ending()
    for (const pid of serving) killProcess(pid)
    await ended
  }
  let rooms = 0
  return {
    port,
    user,
    password,
    disk: file('disk'),
    makeRoom() {
      const room = `room-${(rooms += 1)}`
      run(['mkdir', file(`disk/${room}`)])
      return room
    },
    hand,
    log: () => readFileSync(file('log'), 'utf8'),
    stop: () => end(() => server.stop('SIGTERM')),
    kill: () => end(() => server.kill()),
    async restart() {
      server = await start()
    },
  }
}
