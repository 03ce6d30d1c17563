import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { DumpKind } from '../../src/source/database/restore.ts'
import { databaseParameter } from '../../src/source/postgres/connection.ts'

/** What a person would type to bring a dump back into a database that is there and empty; a folder is named after the parameters. */
export function restoreCommand(
  kind: Exclude<DumpKind, 'sqlite'>,
  connection: readonly string[],
  database: string,
): readonly [string, ...string[]] {
  switch (kind) {
    case 'postgres custom':
      return ['pg_restore', ...connection, '--exit-on-error', databaseParameter(database)]
    case 'postgres directory':
      return ['pg_restore', ...connection, '--format=directory', '--exit-on-error', databaseParameter(database)]
    case 'postgres plain':
      return ['psql', ...connection, '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', databaseParameter(database)]
    case 'mysql':
    case 'mariadb':
      return [kind, ...connection, '--default-character-set=utf8mb4', '--', database]
  }
}

/** Feeds a file to a program that restores it. @throws when the program does not end with 0 */
export async function feed(
  path: string,
  [program, ...parameters]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const child = spawn(program, parameters, { env: environment, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await pipeline(createReadStream(path), child.stdin).catch(() => undefined)
  const status = await ended
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${said}`)
}
