import * as z from 'zod'
import { folderTargetConfig } from './folder-config.ts'
import type { Target, TargetSurroundings } from './target.ts'

/** Where a target is, and how to get in: one member for each kind there is. */
export const placeConfigs = [folderTargetConfig] as const
export type PlaceConfig = z.output<(typeof placeConfigs)[number]>

/**
 * Opens a target of any kind; the code of each is loaded on first use. That it is there, and lets us in, shows when it is used.
 *
 * @param name As in `unsilo.toml`, for messages.
 */
export async function openTarget(name: string, config: PlaceConfig, surroundings: TargetSurroundings): Promise<Target> {
  switch (config.kind) {
    case 'folder':
      return (await import('./folder.ts')).openFolderTarget(config, surroundings)
  }
}
