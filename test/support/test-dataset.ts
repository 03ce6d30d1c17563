import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDatasets } from '../../src/config/load.ts'
import { type Context, type Dataset, openDataset } from '../../src/dataset/dataset.ts'
import { type History, readHistory } from '../../src/dataset/history.ts'
import { type Outcome, type RunOptions } from '../../src/dataset/outcome.ts'
import { runDataset } from '../../src/dataset/run.ts'
import { layoutOf } from '../../src/parcel/layout.ts'
import { type System, realSystem } from '../../src/system/system.ts'
import { FakeClock } from './fake-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A dataset in a temporary root, with a clock that the test moves and the real disk. */
export interface TestDataset {
  root: string
  folder: string
  clock: FakeClock
  system: System
  context: Context
  /** Replaces config.toml. */
  configure(config: string): void
  open(): Promise<Dataset>
  run(options?: RunOptions, system?: System): Promise<Outcome>
  history(): History
  /** Names in a folder of the dataset, sorted. */
  names(folder: 'data' | 'incomplete' | 'log' | 'trash'): string[]
  read(path: string): string
}

export function testDataset(config: string, name = 'todoist', root = temporaryFolder()): TestDataset {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  const clock = new FakeClock('2026-03-01T06:00:00Z')
  const system: System = { ...realSystem, clock, random: () => 0.5 }
  const context: Context = { system, signal: new AbortController().signal }
  const configure = (text: string): void => writeFileSync(join(folder, 'config.toml'), text)
  const open = async (): Promise<Dataset> => {
    const { datasets, problems } = await loadDatasets(realSystem.files, root, [name], root)
    if (datasets[0] === undefined) throw new Error(JSON.stringify(problems))
    return openDataset(datasets[0])
  }
  configure(config)
  return {
    root,
    folder,
    clock,
    system,
    context,
    configure,
    open,
    run: async (options = {}, other = system) => runDataset(await open(), { ...context, system: other }, options),
    history: () => readHistory(realSystem.files, layoutOf(folder)),
    names: (inside) => {
      try {
        return readdirSync(join(folder, inside)).sort()
      } catch {
        return []
      }
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
  }
}
