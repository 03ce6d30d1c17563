import { createRequire } from 'node:module'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { UnsiloError } from '../errors.ts'
import { sqlText } from './sql-text.ts'

export interface Engine {
  readonly connection: DuckDBConnection
  close(): void
}

/** Never looks for extensions on the network. */
const settings = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' }

/**
 * An engine in memory, with a connection. The library is imported on first use.
 * @param spill A folder for what does not fit into memory; it is created when needed.
 * @throws UnsiloError `missing-program` when the library is not installed
 */
export async function openEngine(spill: string): Promise<Engine> {
  const { DuckDBInstance: Instance } = loadLibrary()
  const instance: DuckDBInstance = await Instance.create(':memory:', settings)
  const connection = await instance.connect()
  // All times are in UTC, whatever zone the machine is in.
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`SET temp_directory = ${sqlText(spill)}`)
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** Imports the library, while there is time. That it cannot be is told when it is needed. */
export function warmEngine(): void {
  try {
    loadLibrary()
  } catch {
    // As it says.
  }
}

/** By `require`: it is made of a hundred modules of that kind, and `import` parses each twice. */
function loadLibrary(): typeof import('@duckdb/node-api') {
  try {
    return createRequire(import.meta.url)('@duckdb/node-api') as typeof import('@duckdb/node-api')
  } catch (error) {
    throw new UnsiloError('missing-program', 'views need DuckDB, which is not installed', {
      hint: 'Run `npm install @duckdb/node-api` where unsilo is installed (`npm install -g @duckdb/node-api` for a global one).',
      cause: error,
    })
  }
}

/** What DuckDB says, as an error that a user can act on. */
export function queryError(error: unknown, signal: AbortSignal): UnsiloError {
  if (signal.aborted) return new UnsiloError('cancelled', 'interrupted', { cause: error })
  if (!(error instanceof Error)) throw error
  const message = error.message
    .replace(/^Failed to (?:extract|prepare|execute) (?:statements?|prepared)?:?\s*/i, '')
    .trim()
  if (/No space left on device/i.test(message)) return new UnsiloError('no-space', message, { cause: error })
  return new UnsiloError('query', message, { cause: error })
}

/** Breaks off what the connection is doing as soon as `signal` says so. */
export async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  let again: NodeJS.Timeout | undefined
  const interrupt = (): void => {
    connection.interrupt()
    // What has not begun yet is not interrupted.
    again = setInterval(() => connection.interrupt(), 100)
  }
  signal.addEventListener('abort', interrupt)
  try {
    if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    return await action()
  } catch (error) {
    if (error instanceof UnsiloError) throw error
    throw queryError(error, signal)
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(again)
  }
}
