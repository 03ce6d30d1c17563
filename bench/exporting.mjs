// A dataset that is exported anew in each round.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a root with one dataset. @returns its folder */
export function root(bench, name, config) {
  const folder = join(bench.folder, `root-${name}-${readdirSync(bench.folder).length}`)
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'config.toml'), config)
  return folder
}

/** The parts of a contender that exports it. */
export function exporting(bench, folder, name) {
  const dataset = join(folder, name)
  return {
    command: bench.unsilo('--root', folder, '--quiet', 'export', name),
    before() {
      for (const entry of readdirSync(dataset)) {
        if (entry !== 'config.toml') rmSync(join(dataset, entry), { recursive: true })
      }
    },
    after() {
      if (readdirSync(join(dataset, 'data')).length !== 1) throw new Error(`${dataset} has no parcel`)
    },
  }
}
