import { basename, join, resolve } from 'node:path'
import { rootFileName } from '../config/find-root.ts'
import { loadTarget } from '../config/load-target.ts'
import { namedTarget } from '../dataset/copies/targets.ts'
import type { PlaceOptions } from '../dataset/from-target/place.ts'
import { UnsiloError } from '../errors.ts'
import { pathFrom } from '../system/path-from.ts'
import type { App } from './app.ts'

/** Options that say what to restore from. */
export interface FromArguments {
  from: string
  config?: string
  identity?: string[]
}

/** @throws UnsiloError for a target, a configuration or a key that cannot be had */
export async function openFrom({ from, config, identity = [] }: FromArguments, app: App): Promise<PlaceOptions> {
  const { files } = app.context.system
  const file = config === undefined ? join(app.root, rootFileName) : pathFrom(app.cwd, config)
  const target = await loadTarget(files, file, from)
  const identities: string[] = []
  for (const path of identity) identities.push(...(await readKeys(app, pathFrom(app.cwd, path))))
  return { from: namedTarget(from, target.config, target.folder, app.context), identities }
}

async function readKeys(app: App, path: string): Promise<string[]> {
  const text = app.context.system.files.readText(path)
  if (text === undefined) {
    throw new UnsiloError('not-found', `there is no file ${path} with a secret key`, { hint: 'Check --identity.' })
  }
  const { readIdentities } = await import('../codec/age.ts')
  return readIdentities(text)
}

/** The folder of a dataset that may be gone: its name there, and where it is, or would be, here. */
export function datasetFolder(app: App, dataset: string): { name: string; folder: string } {
  const isPath = dataset.includes('/') || dataset === '.' || dataset === '..'
  const folder = isPath ? resolve(app.cwd, dataset) : join(app.root, dataset)
  return { name: basename(folder), folder }
}
