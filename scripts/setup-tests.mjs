#!/usr/bin/env node
// Installs the programs that some tests need and a fresh machine may lack, where that is possible (root on Debian);
// says elsewhere which tests will be skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const needed = [
  { program: 'zstd', package: 'zstd', tests: 'compression with zstd on a Node.js without zstd of its own' },
  { program: 'xz', package: 'xz-utils', tests: 'views of files in xz' },
  { program: 'bzip2', package: 'bzip2', tests: 'views of files in bzip2' },
  { program: 'sqlite3', package: 'sqlite3', tests: 'SQLite sources, and damage inside of SQLite pages' },
  { program: 'python3', package: 'python3', tests: "reading metrics.csv with Python's csv module" },
  { program: 'jq', package: 'jq', tests: 'the examples of the worked cases' },
  { program: 'unzip', package: 'unzip', tests: 'reading our zip archives with unzip' },
  { program: 'tar', package: 'tar', tests: 'reading our tar archives with GNU tar' },
  { program: 'openssl', package: 'openssl', tests: 'protected connections to database servers' },
  { program: 'initdb', package: 'postgresql', tests: 'PostgreSQL sources', isThere: hasPostgres },
  {
    program: 'mariadbd',
    package: 'mariadb-server',
    tests: 'MySQL and MariaDB sources',
    isThere: has('/usr/sbin/mariadbd'),
  },
  { program: 'rsync', package: 'rsync', tests: 'rsync targets' },
  {
    program: 'sshd',
    package: 'openssh-server',
    tests: 'SFTP targets, and rsync over ssh',
    isThere: has('/usr/sbin/sshd'),
  },
  { program: 'vsftpd', package: 'vsftpd', tests: 'FTP and FTPS targets', isThere: has('/usr/sbin/vsftpd') },
  { program: 'crontab', package: 'cron', tests: 'lines of a crontab' },
  { program: 'systemd-analyze', package: 'systemd', tests: 'timers of systemd' },
  {
    program: 'chromium',
    package: 'chromium',
    tests: 'the page of the report in a browser',
    isThere: has('/usr/bin/chromium'),
  },
  { program: 'age', package: 'age', tests: 'encrypted copies, with the age program' },
  ...['proxy', 'account', 'container', 'object'].map((part) => ({
    program: `swift-${part}-server`,
    package: `swift-${part}`,
    tests: 'S3 targets',
    isThere: has(`/usr/bin/swift-${part}-server`),
  })),
  { program: 'memcached', package: 'memcached', tests: 'S3 targets', isThere: has('/usr/bin/memcached') },
]

function isThere({ program, isThere: look }) {
  return look?.() ?? spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
}

/** Debian keeps the server's programs off the search path. */
function hasPostgres() {
  const root = '/usr/lib/postgresql'
  return existsSync(root) && readdirSync(root).some((version) => existsSync(join(root, version, 'bin/initdb')))
}

function has(path) {
  return () => existsSync(path)
}

/** Debian's packages start their servers when they are installed, unless this program forbids it (invoke-rc.d(8)). */
const policy = '/usr/sbin/policy-rc.d'

function install(packages) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const isOurs = !existsSync(policy)
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    for (const parameters of [
      ['update', '-q'],
      ['install', '-y', '--no-install-recommends', ...packages],
    ]) {
      spawnSync('apt-get', parameters, { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
    }
  } finally {
    if (isOurs) rmSync(policy)
  }
}

const missing = needed.filter((one) => !isThere(one))
const canInstall = process.getuid?.() === 0 && isThere({ program: 'apt-get' })
if (missing.length > 0 && canInstall) install(missing.map((one) => one.package))
for (const one of missing) {
  const found = isThere(one) ? 'installed' : `not installed; these tests are skipped: ${one.tests}`
  process.stdout.write(`${one.program}: ${found}\n`)
}
