import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killProcess } from '../support/kill.ts'
import { childrenOf } from './watch-processes.ts'

/** A server that a test has started: with a folder of its own, under another user where this one is root. */
export interface ServerProcess {
  folder: string
  child: ChildProcess
  /** Ends it and removes its folder. */
  stop(signal: NodeJS.Signals): Promise<void>
  /** As a crash would. */
  kill(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Account {
  uid: number
  gid: number
}

/** Database servers refuse to run as root. */
function accountOf(name: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

/** A program as that user, which the kernel ends when this process ends, however it ends. */
function asAccount(account: Account | undefined, command: readonly string[]): [string, string[]] {
  const identity = account === undefined ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  return ['setpriv', [...identity, '--pdeathsig=SIGKILL', '--', ...command]]
}

/** An empty folder that belongs to the user that the server runs as. */
export function serverFolder(user: string): { folder: string; run: (command: readonly string[]) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'unsilo-server-'))
  const account = accountOf(user)
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  return {
    folder,
    run(command) {
      const [program, parameters] = asAccount(account, command)
      const { status, stderr } = spawnSync(program, parameters, { cwd: folder, encoding: 'utf8' })
      if (status === 0) return
      rmSync(folder, { recursive: true, force: true })
      throw new Error(`${command[0]} ended with ${status}: ${stderr}`)
    },
  }
}

const atExit = new Set<() => void>()
process.once('exit', () => {
  for (const leave of atExit) leave()
})

/** @param isUp Asked until it says yes. */
export async function startServer(
  user: string,
  folder: string,
  command: readonly string[],
  isUp: () => Promise<boolean>,
): Promise<ServerProcess> {
  const [program, parameters] = asAccount(accountOf(user), command)
  const child = spawn(program, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }
  const leave = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  atExit.add(leave)
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    await end(signal)
    atExit.delete(leave)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const deadline = Date.now() + 120_000
  while (!(await isUp())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop('SIGKILL')
      throw new Error(`${command[0]} did not come up: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    folder,
    child,
    stop,
    // A process that PostgreSQL has for each connection goes on for as long as it has work.
    kill() {
      for (const pid of [child.pid!, ...childrenOf(child.pid!)]) killProcess(pid)
      return end('SIGKILL')
    },
  }
}

export function hasFile(...paths: string[]): boolean {
  return paths.every((path) => existsSync(path))
}
