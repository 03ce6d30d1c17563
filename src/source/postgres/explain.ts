import { UnsiloError } from '../../errors.ts'
import { tlsError } from '../database/tls.ts'

/** What PostgreSQL's programs complain of, in the words of libpq and of the server (LC_MESSAGES=C). */
export function explainPostgres(complaint: string): UnsiloError | undefined {
  const found = (pattern: RegExp): string | undefined => pattern.exec(complaint)?.[1]
  const missing = found(/FATAL: +(database ".*" does not exist)/)
  if (missing !== undefined) {
    return new UnsiloError('not-found', `the server says: ${missing}`, {
      hint: 'Look at `database` in config.toml; `psql --list` names those that there are.',
    })
  }
  const unprotected = found(
    /(certificate verify failed|server (?:certificate for|common name) .* does not match host name .*|server does not support SSL, but SSL was required|root certificate file .* does not exist|could not read root certificate file .*|weak sslmode .*)/,
  )
  if (unprotected !== undefined) return tlsError(unprotected)
  const refused = found(
    /(password authentication failed.*|no password supplied|role ".*" does not exist|no pg_hba\.conf entry.*|\w+ authentication failed for user.*)/,
  )
  if (refused !== undefined) {
    return new UnsiloError('auth', `the server refuses: ${refused}`, {
      hint: 'Look at `user` and `password` in config.toml.',
    })
  }
  const mismatch = found(/(server version: \S+.*; pg_dump version: \S+)/)
  if (mismatch !== undefined) {
    return new UnsiloError('missing-program', `pg_dump is older than the server (${mismatch})`, {
      hint: "Install the client programs of the server's version, and name their folder in `programs`.",
    })
  }
  const denied = found(/(permission denied for .*|must be superuser .*)/)
  if (denied !== undefined) {
    return new UnsiloError('not-permitted', `the server says: ${denied}`, {
      hint: 'Grant the user the role pg_read_all_data; for `globals` without a superuser, set it to "no-passwords".',
    })
  }
  const away = found(
    /((?:terminating connection|server closed the connection|SSL connection has been closed|could not receive data|could not translate host|timeout expired|the database system is|sorry, too many clients|remaining connection slots).*|Connection refused|No route to host|Connection reset by peer|(?:socket|server at|to server on).* failed: No such file.*)/,
  )
  if (away === undefined) return undefined
  return new UnsiloError('network', `the server is away: ${away}`, {
    hint: 'Check that it runs, and `host` and `port` in config.toml.',
    retryable: true,
  })
}
