import type { PrivateFolder } from '../../system/private-folder.ts'
import type { Connection, ServerAddress } from '../database/address.ts'
import type { Tls } from '../database/tls.ts'
import type { MysqlPrograms } from './find-programs.ts'

export function connectionOf(
  { host, port, user, tls }: ServerAddress,
  password: string | undefined,
  folder: PrivateFolder,
  programs: Pick<MysqlPrograms, 'isMariadb'>,
): Connection {
  const isSocket = host?.startsWith('/') === true
  const where = [
    ...(host === undefined ? [] : [isSocket ? `--socket=${host}` : `--host=${host}`]),
    // "localhost" stands for the socket, unless a port is given.
    ...(host !== undefined && !isSocket && (host !== 'localhost' || port !== undefined) ? ['--protocol=tcp'] : []),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(user === undefined ? [] : [`--user=${user}`]),
    // They come after what the option files say, so they win.
    ...(tls === undefined ? [] : tlsOptions(tls, programs.isMariadb)),
  ]
  const environment = { LC_ALL: 'C' }
  if (password === undefined) return { parameters: where, environment }
  const file = folder.write('my.cnf', `[client]\npassword=${quoted(password)}\n`)
  return {
    // Only this file is read: ~/.my.cnf would come after it. An option file comes first of all parameters.
    parameters: [`--defaults-file=${file}`, ...where],
    environment: { ...environment, MYSQL_PWD: undefined, MYSQL_TEST_LOGIN_FILE: '/dev/null' },
  }
}

/** The two systems' programs have words of their own (their manuals, "Command Options for Encrypted Connections"; mariadb(1)). */
function tlsOptions({ mode, ca }: Tls, isMariadb: boolean): string[] {
  const certificates = ca === undefined ? [] : [`--ssl-ca=${ca}`]
  if (!isMariadb) return [`--ssl-mode=${modes[mode]}`, ...certificates]
  if (mode === 'off') return ['--skip-ssl']
  return ['--ssl', mode === 'verify' ? '--ssl-verify-server-cert' : '--disable-ssl-verify-server-cert', ...certificates]
}

const modes = { off: 'DISABLED', require: 'REQUIRED', verify: 'VERIFY_IDENTITY' } as const

const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b' }

/** As an option file has it (MySQL manual, "Using Option Files"). */
function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"\n\r\t\b]/g, (letter) => escapes[letter]!)}"`
}
