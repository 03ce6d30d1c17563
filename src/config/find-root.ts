import { dirname, join, resolve } from 'node:path'
import type { Files } from '../system/files.ts'

/** Name of the root's own, optional configuration. */
export const rootFileName = 'unsilo.toml'

export interface RootChoice {
  /** What `--root` says. */
  option?: string | undefined
  /** What `UNSILO_ROOT` says. */
  environment?: string | undefined
  /** The current folder. */
  cwd: string
}

/** The root folder, absolute: as chosen, else the nearest parent with `unsilo.toml`, else the current folder. */
export function findRoot(files: Files, choice: RootChoice): string {
  const chosen = choice.option ?? choice.environment
  if (chosen !== undefined) return resolve(choice.cwd, chosen)
  return nearestWithRootFile(files, resolve(choice.cwd)) ?? resolve(choice.cwd)
}

function nearestWithRootFile(files: Files, folder: string): string | undefined {
  if (files.info(join(folder, rootFileName))?.kind === 'file') return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : nearestWithRootFile(files, parent)
}
