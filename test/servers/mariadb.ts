import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Certificates, makeCertificates } from './certificates.ts'
import { freePort, hasFile, serverFolder, startServer } from './server-process.ts'

/** A MariaDB of the test's own, on loopback. */
export interface MariadbServer {
  port: number
  password: string
  /** Of one that takes protected connections only. */
  certificates: Certificates | undefined
  /** First parameters of `mariadb` and the like. */
  parameters: string[]
  /** Runs SQL and returns its rows, columns separated by tabs. */
  sql(database: string, text: string): Promise<string>
  stop(): Promise<void>
  /** As a crash would. */
  kill(): Promise<void>
}

const program = '/usr/sbin/mariadbd'
export const hasMariadb = hasFile(program) && spawnSync('mariadb-install-db', ['--help']).error === undefined

export async function startMariadb(password: string, { tls = false } = {}): Promise<MariadbServer> {
  const { folder, run } = serverFolder('mysql')
  const data = join(folder, 'data')
  const quick = ['--innodb-log-file-size=8M', '--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite']
  run([
    'mariadb-install-db',
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...quick,
  ])
  const certificates = tls ? makeCertificates(folder, run) : undefined
  const port = await freePort()
  const socket = join(folder, 's.sock')
  const options = join(folder, 'client.cnf')
  const write = (secret: string): void => {
    const quoted = secret.replaceAll(/["\\]/g, String.raw`\$&`)
    const lines = [
      `host=127.0.0.1`,
      `port=${port}`,
      'user=root',
      'protocol=tcp',
      'default-character-set=utf8mb4',
      `password="${quoted}"`,
      ...(tls ? ['ssl=1'] : []),
    ]
    writeFileSync(options, `[client]\n${lines.join('\n')}\n`, { mode: 0o600 })
  }
  write('')
  const parameters = [`--defaults-file=${options}`]
  const sql = async (database: string, text: string): Promise<string> => {
    const all = [...parameters, '--batch', '--skip-column-names', '--raw', `--database=${database}`, '-e', text]
    return (await promisify(execFile)('mariadb', all)).stdout.trim()
  }
  const command = [
    program,
    '--no-defaults',
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-name-resolve',
    '--event-scheduler=OFF',
    ...(certificates === undefined ? [] : protectedOnly(certificates)),
    ...quick,
  ]
  const isUp = (): Promise<boolean> =>
    sql('mysql', 'SELECT 1').then(
      () => true,
      () => false,
    )
  const server = await startServer('mysql', folder, command, isUp)
  const literal = password.replaceAll(/['\\]/g, String.raw`\$&`)
  // It is in the argv of no program: the client reads it from a file.
  const names = ['root@localhost', "root@'127.0.0.1'"]
  const change = names.map((name) => `ALTER USER IF EXISTS ${name} IDENTIFIED BY '${literal}';`).join('\n')
  await sqlFile(parameters, join(folder, 'password.sql'), change)
  write(password)
  return { port, password, certificates, parameters, sql, stop: () => server.stop('SIGTERM'), kill: server.kill }
}

const protectedOnly = ({ ca, certificate, key }: Certificates): string[] => [
  `--ssl-ca=${ca}`,
  `--ssl-cert=${certificate}`,
  `--ssl-key=${key}`,
  '--require-secure-transport=ON',
]

async function sqlFile(parameters: readonly string[], file: string, text: string): Promise<void> {
  writeFileSync(file, text, { mode: 0o600 })
  await promisify(execFile)('mariadb', [...parameters, '-e', `source ${file}`])
}
