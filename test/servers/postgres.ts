import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Certificates, makeCertificates } from './certificates.ts'
import { freePort, serverFolder, startServer } from './server-process.ts'

/** A PostgreSQL of the test's own, on loopback. */
export interface PostgresServer {
  port: number
  password: string
  /** Of one that takes protected connections only. */
  certificates: Certificates | undefined
  /** For `psql` and the like. */
  environment: NodeJS.ProcessEnv
  /** Runs SQL and returns what comes of it, unaligned. */
  sql(database: string, text: string): Promise<string>
  stop(): Promise<void>
  /** As a crash would. */
  kill(): Promise<void>
}

/** Debian keeps the server's programs off the search path. */
function binFolder(): string | undefined {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).filter((name) => readdirSync(join(root, name, 'bin')).includes('initdb'))
    const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1)
    return newest === undefined ? undefined : join(root, newest, 'bin')
  } catch {
    return undefined
  }
}

const bin = binFolder()
export const hasPostgres = bin !== undefined
export const postgresPrograms = bin ?? ''

export async function startPostgres(password: string, { tls = false } = {}): Promise<PostgresServer> {
  if (bin === undefined) throw new Error('PostgreSQL is not installed: `npm run setup`')
  const { folder, run } = serverFolder('postgres')
  const secret = join(folder, 'password')
  writeFileSync(secret, `${password}\n`, { mode: 0o644 })
  const data = join(folder, 'data')
  const options = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync']
  run([join(bin, 'initdb'), '-D', data, ...options, `--pwfile=${secret}`])
  const port = await freePort()
  const escaped = password.replaceAll(/[\\:]/g, String.raw`\$&`)
  const passwordFile = join(folder, 'pgpass')
  writeFileSync(passwordFile, `*:*:*:*:${escaped}\n`, { mode: 0o600 })
  const environment = {
    ...process.env,
    PGPASSFILE: passwordFile,
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: 'postgres',
  }
  const sql = async (database: string, text: string): Promise<string> => {
    const parameters = ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text]
    return (await promisify(execFile)(join(bin, 'psql'), parameters, { env: environment })).stdout.trim()
  }
  const certificates = tls ? makeCertificates(folder, run) : undefined
  if (certificates !== undefined) {
    writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
  }
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    // In its folder, which is removed: of one that is killed, the usual kind stays in memory.
    'dynamic_shared_memory_type=mmap',
  ]
  if (certificates !== undefined) {
    settings.push('ssl=on', `ssl_cert_file=${certificates.certificate}`, `ssl_key_file=${certificates.key}`)
  }
  const command = [join(bin, 'postgres'), '-D', data, ...settings.flatMap((one) => ['-c', one])]
  const isUp = (): Promise<boolean> =>
    sql('postgres', 'SELECT 1').then(
      () => true,
      () => false,
    )
  const server = await startServer('postgres', folder, command, isUp)
  return { port, password, certificates, environment, sql, stop: () => server.stop('SIGINT'), kill: server.kill }
}
