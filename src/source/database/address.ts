import { UnsiloError } from '../../errors.ts'
import { type Tls, type TlsMode, tlsModes, tlsOf, uselessCa } from './tls.ts'

/** Where a database server is; what is missing is what the database system's programs take. */
export interface ServerAddress {
  /** Name, address, or path of a socket. */
  host?: string | undefined
  port?: number | undefined
  user?: string | undefined
  tls?: Tls | undefined
}

/** One database of a server, as a URL names it. */
export interface DatabaseAddress extends ServerAddress {
  system: 'postgres' | 'mysql'
  database: string
  password: string | undefined
  /** For people: without the password. */
  shown: string
}

const systems = new Map<string, DatabaseAddress['system']>([
  ['postgres:', 'postgres'],
  ['postgresql:', 'postgres'],
  ['mysql:', 'mysql'],
  ['mariadb:', 'mysql'],
])

/**
 * Reads `postgres://user@host:port/database` or the same with `mysql` or `mariadb`; `?host=/folder` names a socket, `?tls=` and
 * `?tls_ca=` are as in the configuration.
 *
 * @param folder Where a relative path in it starts.
 * @throws UnsiloError `usage`, which never shows the text: there may be a password in it
 */
export function parseDatabaseUrl(text: string, folder: string): DatabaseAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const system = url === undefined ? undefined : systems.get(url.protocol)
  if (url === undefined || system === undefined) throw wrongUrl('it is no URL of a database server')
  const parts = [url.hostname, url.username, url.password, url.pathname.slice(1)].map(decoded)
  const [host, user, password, database] = parts as [string, string, string, string]
  if (database === '') throw wrongUrl('it names no database')
  if (/[\0\n\r]/.test(parts.join(''))) throw wrongUrl('there is a line break in it')
  const other = [...url.searchParams.keys()].find((name) => !['host', 'tls', 'tls_ca'].includes(name))
  if (other !== undefined || url.hash !== '') {
    throw wrongUrl(other === undefined ? 'there is a "#" in it' : `"${other}" cannot be set in it`)
  }
  const socket = url.searchParams.get('host') ?? undefined
  url.password = ''
  return {
    system,
    // An IPv6 address stands in brackets.
    host: socket ?? (host === '' ? undefined : host.replace(/^\[(.*)\]$/, '$1')),
    port: url.port === '' ? undefined : Number(url.port),
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    database,
    tls: tlsIn(url, folder),
    shown: url.href,
  }
}

function tlsIn({ searchParams }: URL, folder: string): Tls | undefined {
  const mode = searchParams.get('tls') ?? undefined
  const ca = searchParams.get('tls_ca') ?? undefined
  if (mode !== undefined && !(tlsModes as readonly string[]).includes(mode)) {
    throw wrongUrl(`"tls" is one of ${tlsModes.join(', ')}`)
  }
  if (ca !== undefined && mode !== 'verify') throw wrongUrl(`"tls_ca" ${uselessCa.message.replaceAll('`', '')}`)
  return tlsOf({ tls: mode as TlsMode | undefined, tls_ca: ca }, folder)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrongUrl('a "%" in it is not followed by two hexadecimal digits')
  }
}

function wrongUrl(why: string): UnsiloError {
  return new UnsiloError('usage', `--to: ${why}`, {
    hint: 'Write it like postgres://user@host:5432/database or mysql://user@host:3306/database; other settings are those of psql or mysql (PGSSLMODE, ~/.my.cnf).',
  })
}

/** How a server's programs find it: nothing secret is among it, but the path of a file. */
export interface Connection {
  /** Come before all others. */
  parameters: string[]
  environment: Record<string, string | undefined>
}
