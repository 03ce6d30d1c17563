import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parcelIdAt } from '../../src/parcel/id.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The command line tool as it is published; `npm run build` makes it. */
const program = fileURLToPath(new URL('../../dist/bin/unsilo.js', import.meta.url))

/** How a start of the tool ended. */
export interface Ended {
  /** The exit status, or the name of the signal that ended it. */
  status: number | NodeJS.Signals
  stdout: string
  stderr: string
  /** stdout, read as JSON. */
  json(): unknown
}

export interface StartOptions {
  cwd?: string
  environment?: Record<string, string>
  /** What the tool reads from stdin; nothing when left out. */
  input?: string
}

export interface Started {
  child: ChildProcess
  ended: Promise<Ended>
}

/** Starts the tool as a process of its own. Nothing of the environment of the tests changes what it does. */
export function startCli(args: readonly string[], options: StartOptions = {}): Started {
  const { UNSILO_ROOT: _root, NO_COLOR: _plain, FORCE_COLOR: _color, ...inherited } = process.env
  const settings: SpawnOptions = {
    cwd: options.cwd,
    env: { ...inherited, ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }
  const child = spawn(process.execPath, [program, ...args], settings)
  child.stdin?.end(options.input)
  const stdout: string[] = []
  const stderr: string[] = []
  child.stdout!.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const said = stdout.join('')
      resolve({ status: code ?? signal!, stdout: said, stderr: stderr.join(''), json: () => JSON.parse(said) })
    })
  })
  return { child, ended }
}

/** Runs the tool to its end. */
export function cli(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startCli(args, options).ended
}

/** A root folder in which the tool is started. */
export interface CliRoot {
  path: string
  /** Runs the tool in the root. */
  cli(...args: string[]): Promise<Ended>
  start(...args: string[]): Started
  /** Writes a file, and the folders above it. */
  write(path: string, text: string, changedAt?: Date): string
  read(path: string): string
  /** Names in a folder, sorted; none when there is no folder. */
  names(path: string): string[]
}

export function cliRoot(environment: Record<string, string> = {}, path = temporaryFolder()): CliRoot {
  const start = (...args: string[]): Started => startCli(args, { cwd: path, environment })
  return {
    path,
    start,
    cli: (...args) => start(...args).ended,
    write(name, text, changedAt) {
      const full = join(path, name)
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, text)
      if (changedAt !== undefined) utimesSync(full, changedAt, changedAt)
      return full
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    names(name) {
      const full = join(path, name)
      return existsSync(full) ? readdirSync(full).sort() : []
    },
  }
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** The id of a parcel that was made so long ago. */
export function idAgo(ms: number): string {
  return parcelIdAt(new Date(Date.now() - ms))
}

/** Waits until `isSo` holds, looking every few milliseconds. @throws Error when it takes longer than a minute */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${isSo.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** True while the process, or any of a group (a negative id), is there. */
export function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}
