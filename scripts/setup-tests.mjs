#!/usr/bin/env node
// Installs the programs that some tests need and a fresh machine may lack, where that is possible (root on Debian);
// says elsewhere which tests will be skipped.
import { spawnSync } from 'node:child_process'

const needed = [
  { program: 'zstd', package: 'zstd', tests: 'compression with zstd on a Node.js without zstd of its own' },
  { program: 'sqlite3', package: 'sqlite3', tests: 'damage inside of SQLite pages' },
  { program: 'python3', package: 'python3', tests: "reading metrics.csv with Python's csv module" },
]

const isThere = ({ program }) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
const missing = needed.filter((one) => !isThere(one))

if (missing.length > 0 && process.getuid?.() === 0 && isThere({ program: 'apt-get' })) {
  const install = ['install', '-y', '--no-install-recommends', ...missing.map((one) => one.package)]
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const parameters of [['update', '-q'], install]) {
    spawnSync('apt-get', parameters, { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
  }
}
for (const one of missing) {
  const found = isThere(one) ? 'installed' : `not installed; these tests are skipped: ${one.tests}`
  process.stdout.write(`${one.program}: ${found}\n`)
}
