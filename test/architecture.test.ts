import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = resolve(import.meta.dirname, '../src')

/** Who may import whom; ARCHITECTURE.md says why. Files right in `src/` are for everybody, except `index.ts`. */
const allowed: Record<string, string[]> = {
  system: [],
  codec: ['system'],
  archive: ['system', 'codec'],
  log: ['system'],
  alert: ['system'],
  ledger: ['system'],
  schedule: ['system'],
  plugin: ['system'],
  source: ['system', 'codec', 'archive', 'plugin'],
  target: ['system', 'codec', 'plugin'],
  parcel: ['system', 'codec'],
  metric: ['system', 'parcel', 'ledger'],
  view: ['system', 'codec', 'archive', 'parcel', 'ledger'],
  config: ['system', 'codec', 'schedule', 'plugin', 'source', 'target', 'parcel', 'metric', 'view', 'alert'],
  dataset: [
    'system',
    'codec',
    'archive',
    'schedule',
    'source',
    'target',
    'parcel',
    'metric',
    'ledger',
    'config',
    'view',
  ],
  mirror: ['config', 'dataset', 'parcel', 'system', 'view'],
  report: ['dataset', 'parcel', 'metric', 'ledger', 'schedule', 'system', 'alert'],
  watch: ['alert', 'config', 'dataset', 'log', 'report', 'schedule', 'system'],
  rehearsal: ['alert', 'dataset', 'parcel', 'report', 'system', 'watch'],
  cli: [
    'watch',
    'rehearsal',
    'config',
    'dataset',
    'report',
    'schedule',
    'system',
    'parcel',
    'codec',
    'view',
    'alert',
    'log',
    'mirror',
  ],
}

interface Import {
  from: string
  to: string
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(?:test|fixture|contract)\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

const relativeImport = /(?:from\s*|import\s*\(\s*|import\s+)'(\.{1,2}\/[^']+)'/g

const imports: Import[] = sourceFiles(source).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(relativeImport)].map((match) => ({
    from: relative(source, file),
    to: relative(source, join(dirname(file), match[1]!)),
  })),
)

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

describe('the import table', () => {
  it('names every folder of src/', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort())
  })

  it('finds the imports that it judges', () => {
    expect(imports.length).toBeGreaterThan(200)
  })

  it.each(Object.entries(allowed))('lets %s import only what it may', (folder, others) => {
    const wrong = imports
      .filter(({ from, to }) => folderOf(from) === folder && folderOf(to) !== folder && folderOf(to) !== '')
      .filter(({ to }) => !others.includes(folderOf(to)))
    expect(wrong).toEqual([])
  })

  it('lets nobody import the library from inside', () => {
    expect(imports.filter(({ to }) => to === 'index.ts' || to === 'backup.ts')).toEqual([])
  })

  it('lets only system/ start processes and open sockets', () => {
    const outside = /'node:(?:child_process|net|http|https|dgram|tls)'/
    const files = sourceFiles(source).filter((file) => outside.test(readFileSync(file, 'utf8')))
    expect(files.map((file) => folderOf(relative(source, file))).filter((folder) => folder !== 'system')).toEqual([])
  })

  it('lets only config/ read the environment, beside system/, which passes it on to commands', () => {
    const files = sourceFiles(source).filter((file) => readFileSync(file, 'utf8').includes('process.env'))
    expect([...new Set(files.map((file) => folderOf(relative(source, file))))].sort()).toEqual(['config', 'system'])
  })
})
