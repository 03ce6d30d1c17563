import type { Problem } from '../dataset/dataset.ts'
import type { Mirror } from './mirror.ts'

export interface MirrorOptions {
  /** False: views as they were made last, whatever parcels have come since. Default: they are brought up to date before they are read. */
  update?: boolean
  /**
   * Told of what cannot be used, so that reading goes on without it: a view that a question or a search is about too, columns that
   * cannot be decrypted. Without it, such is thrown.
   */
  onProblem?: (dataset: string, problem: Problem) => void
}

/** By dataset, by view: types of items. `unsilo types` writes them. */
export type AnyViews = Record<string, Record<string, unknown>>

/**
 * Opens a root to read its views. A mirror only reads, and writes nothing but what it derives, into `.cache`; no lock is needed.
 * Configuration is read once; parcels are looked for each time that something is read.
 *
 * @param root Default: as the command line finds it: `UNSILO_ROOT`, the nearest parent with `unsilo.toml`, the current folder.
 * @throws UnsiloError `not-found`, `config`
 */
export async function openMirror<Views extends object = AnyViews>(
  root?: string,
  options: MirrorOptions = {},
): Promise<Mirror<Views>> {
  // What reads views is loaded on first use.
  const { mirrorOf } = await import('./mirror.ts')
  return mirrorOf<Views>(root, options)
}
