#!/usr/bin/env node
// Adds to package-lock.json the optional platform packages that the registry did not offer when the lock was written.
// `npm ci` compares the lock with each package's `optionalDependencies`, and refuses a lock that lacks one of them.
// Run it after every change of dependencies: `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const added = []
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key] !== undefined || !/^\d/.test(version)) continue
    const words = name.split(/[/-]/)
    const os = systems.find((system) => words.includes(system))
    const cpu = processors.find((processor) => words.includes(processor))
    if (os === undefined || cpu === undefined) continue
    const libc = words.includes('musl') ? { libc: ['musl'] } : {}
    const dev = owner.dev ? { dev: true } : {}
    lock.packages[key] = { version, cpu: [cpu], ...libc, ...dev, optional: true, os: [os] }
    added.push(`${name}@${version}`)
  }
}
const root = lock.packages['']
delete lock.packages['']
lock.packages = { '': root, ...Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))) }
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(added.length === 0 ? 'package-lock.json is complete\n' : `added ${added.join(', ')}\n`)
