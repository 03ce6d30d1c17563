import type { PrivateFolder } from '../../system/private-folder.ts'
import { UnsiloError } from '../../errors.ts'
import type { Connection, ServerAddress } from '../database/address.ts'

export function connectionOf(
  { host, port, user, tls }: ServerAddress,
  password: string | undefined,
  folder: PrivateFolder,
): Connection {
  const parameters = [
    ...(host === undefined ? [] : [`--host=${host}`]),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(user === undefined ? [] : [`--username=${user}`]),
    '--no-password',
  ]
  const environment = {
    LC_ALL: undefined,
    LC_MESSAGES: 'C',
    PGAPPNAME: 'unsilo',
    PGCONNECT_TIMEOUT: '30',
    ...(tls === undefined ? {} : { PGSSLMODE: sslModes[tls.mode] }),
    ...(tls?.ca === undefined ? {} : { PGSSLROOTCERT: tls.ca }),
  }
  if (password === undefined) return { parameters, environment }
  // PGPASSWORD comes before the file (libpq, "Environment Variables").
  const own = { PGPASSFILE: folder.write('pgpass', passwordLine(password)), PGPASSWORD: undefined }
  return { parameters, environment: { ...environment, ...own } }
}

/** libpq, "SSL Mode Descriptions". */
const sslModes = { off: 'disable', require: 'require', verify: 'verify-full' } as const

/** One line for any server, database and user (libpq, "The Password File"). */
function passwordLine(password: string): string {
  if (!/[\n\r\0]/.test(password)) return `*:*:*:*:${password.replaceAll(/[\\:]/g, String.raw`\$&`)}\n`
  throw new UnsiloError('config', "the password has a line break in it, which PostgreSQL's password file cannot hold", {
    hint: 'Look at what the reference gives; a secret of one line is expected.',
  })
}

/** Quoted, for a name that looks like a connection string would be taken for one. */
export function databaseParameter(database: string): string {
  return `--dbname=dbname='${database.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
