import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { UnsiloError } from '../errors.ts'
import { fileError } from './file-error.ts'

/** A lock that this process holds. The operating system drops it when the process ends, however it ends. */
export interface Lock {
  release(): void
}

/** The exit code by which the locking program says "another process holds it" (EX_TEMPFAIL). */
const HELD = 75
/** What the flock of BusyBox says, which does not know `-E`; that of util-linux never does. */
const UNKNOWN_OPTION = 1

// Node has no flock(2). The lock belongs to the open file description, so a short-lived program that inherits
// the descriptor can take it for us, and it stays ours after that program ends. Descriptors that Node opens are not inherited
// by other children, so an export command that outlives us does not keep the lock.
const programs: readonly (readonly [string, ...string[]])[] = [
  ['flock', '-n', '-E', `${HELD}`, '3'],
  [
    'perl',
    '-e',
    `use Fcntl ":flock"; open(F, "+>&=", 3) or exit 2; exit(flock(F, LOCK_EX|LOCK_NB) ? 0 : $!{EWOULDBLOCK} ? ${HELD} : 71)`,
  ],
]

/**
 * Takes an exclusive lock on the file at `path`, which is created when missing and never written to here.
 *
 * @returns `undefined` when another process holds it.
 * @throws UnsiloError `missing-program` when neither flock (that of util-linux) nor perl is installed; `io` when the file system cannot
 * lock
 */
export async function acquireLock(path: string): Promise<Lock | undefined> {
  let descriptor: number
  try {
    descriptor = openSync(path, 'a+')
  } catch (error) {
    throw fileError(error, 'lock', path)
  }
  try {
    for (const program of programs) {
      const code = await runLockProgram(program, descriptor)
      if (code === 'missing' || code === UNKNOWN_OPTION) continue
      if (code === 0) return { release: () => closeSync(descriptor) }
      if (code !== HELD)
        throw new UnsiloError('io', `cannot lock ${path}: ${program[0]} ended with ${code}`, {
          hint: 'Does its file system know locks? One of a network may not.',
        })
      closeSync(descriptor)
      return undefined
    }
    throw new UnsiloError(
      'missing-program',
      `cannot lock ${path}: neither flock (of util-linux) nor perl is installed`,
      {
        hint: 'Install one: apt install util-linux, apk add util-linux-misc, or perl.',
      },
    )
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

function runLockProgram(
  [program, ...parameters]: readonly [string, ...string[]],
  descriptor: number,
): Promise<number | 'missing'> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'ignore', descriptor] })
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('missing')
      else reject(error)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
