import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'
import { type TestDataset, testDataset } from './test-dataset.ts'
import { type Files, systemFiles } from '../../src/system/files.ts'
import { openFolderTarget } from '../../src/target/folder.ts'
import type { Target } from '../../src/target/target.ts'
import type { CopySettings, NamedTarget } from '../../src/dataset/copies/targets.ts'
import { withLock } from '../../src/dataset/lock.ts'
import { type Publication, publishParcels } from '../../src/dataset/publish.ts'

export const hour = 3_600_000
/** Exports every hour; the clock begins at the hour. */
export const hourly = 'interval = "1 hour"\n'
export const writesOne = `cmd = "echo [1] > $PARCEL_PATH.json"\n`
export const writesFolder = `cmd = '''mkdir -p "$PARCEL_PATH/in é" && echo a > "$PARCEL_PATH/in é/a 😀" && echo b > "$PARCEL_PATH/b"'''\n`
/** Of the first parcel. */
export const id = '2026-03-01T060000Z'

export interface PublishingDataset extends TestDataset {
  /** A folder that holds the targets `vault` and `nas`. */
  place: string
  /** Files below a folder of the place, sorted. */
  at(target: 'vault' | 'nas'): string[]
}

export function publishing(config: string, targets = ['vault']): PublishingDataset {
  const place = temporaryFolder()
  const test = testDataset(`${hourly}publish = ${JSON.stringify(targets)}\n${config}`)
  const tables = targets.map(
    (name) => `[targets.${name}]\nkind = "folder"\npath = "${join(place, `${name}-disk/exports`)}"`,
  )
  for (const name of targets) mkdirSync(join(place, `${name}-disk`))
  writeFileSync(join(test.root, 'unsilo.toml'), tables.join('\n'))
  return { ...test, place, at: (target) => filesIn(join(place, `${target}-disk`)) }
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

export function publishedLines(test: TestDataset): Record<string, unknown>[] {
  return test
    .history()
    .entries.filter(({ event }) => event === 'published')
    .map(({ line }) => JSON.parse(line) as Record<string, unknown>)
}

/** Publishes to targets that the test makes itself. */
export async function publishTo(test: TestDataset, ...targets: NamedTarget[]): Promise<Publication> {
  const dataset = await test.open()
  return withLock(dataset, test.context, () => publishParcels(dataset, test.context, test.history(), targets))
}

/** A target of the test's own that takes files one by one, with some of its methods changed. */
export function folderAt(
  name: string,
  path: string,
  change: (target: Target) => Partial<Target> = () => ({}),
  settings: Partial<CopySettings> = {},
  files: Files = systemFiles,
): NamedTarget {
  const target = openFolderTarget({ kind: 'folder', path }, { files, root: '/nowhere' })
  const defaults: CopySettings = { layout: 'mirror', max_delete: 10 }
  return {
    name,
    settings: { ...defaults, ...settings },
    open: async () => ({ ...target, putAll: undefined, ...change(target) }),
  }
}
