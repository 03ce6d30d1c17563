import * as z from 'zod'
import { folderTargetConfig, openFolderTarget } from './folder.ts'
import type { Target, TargetSurroundings } from './target.ts'

/** The configuration of a target of any kind: one member for each kind there is. */
export const targetConfig = z.discriminatedUnion('kind', [folderTargetConfig])
export type TargetConfig = z.output<typeof targetConfig>

/** Opens a target of any kind. That it is there, and lets us in, shows when it is used. */
export async function openTarget(config: TargetConfig, surroundings: TargetSurroundings): Promise<Target> {
  switch (config.kind) {
    case 'folder':
      return openFolderTarget(config, surroundings)
  }
}
