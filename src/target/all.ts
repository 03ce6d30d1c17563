import * as z from 'zod'
import { folderTargetConfig } from './folder-config.ts'
import { ftpTargetConfig, ftpsTargetConfig } from './ftp-config.ts'
import { limited } from './limited.ts'
import type { PluginTargetConfig } from './plugin/config.ts'
import { retrying } from './retrying.ts'
import { rsyncTargetConfig } from './rsync-config.ts'
import { s3TargetConfig } from './s3-config.ts'
import { sftpTargetConfig } from './sftp-config.ts'
import type { Target, TargetSurroundings } from './target.ts'
import { transferKeys } from './transfer-keys.ts'
import { watched } from './watched.ts'

/** Where a target is, how to get in, and how bytes go there: one member for each kind there is. */
export const placeConfigs = [
  folderTargetConfig.extend(transferKeys),
  s3TargetConfig.extend(transferKeys),
  rsyncTargetConfig.extend(transferKeys),
  ftpTargetConfig.extend(transferKeys),
  ftpsTargetConfig.extend(transferKeys),
  sftpTargetConfig.extend(transferKeys),
] as const

/** The kinds that unsilo has itself; any other is a module. */
export const builtInKinds: readonly string[] = placeConfigs.map(({ shape }) => shape.kind.value)

type PluginPlaceConfig = PluginTargetConfig & z.output<z.ZodObject<typeof transferKeys>>
export type PlaceConfig = z.output<(typeof placeConfigs)[number]> | PluginPlaceConfig

/**
 * Opens a target of any kind; the code of each is loaded on first use. That it is there, and lets us in, shows when it is used.
 *
 * @param name As in `unsilo.toml`, for messages.
 */
export async function openTarget(name: string, config: PlaceConfig, surroundings: TargetSurroundings): Promise<Target> {
  const { limit, tries } = config
  let target = await openPlace(
    name,
    config,
    limit === undefined ? surroundings : { ...surroundings, bytesPerSecond: limit },
  )
  if (surroundings.watch !== undefined) target = watched(target, surroundings.watch)
  if (limit !== undefined) target = limited(target, limit, surroundings.clock)
  return tries > 1 ? retrying(target, tries, surroundings) : target
}

/** The target without the wrappers that all kinds have. */
async function openPlace(name: string, config: PlaceConfig, surroundings: TargetSurroundings): Promise<Target> {
  switch (config.kind) {
    case 'folder':
      return (await import('./folder.ts')).openFolderTarget(config, surroundings)
    case 'ftp':
    case 'ftps':
      return (await import('./ftp.ts')).openFtpTarget(name, config, surroundings)
    case 'plugin':
      return (await import('./plugin/plugin.ts')).openPluginTarget(name, config, surroundings)
    case 'rsync':
      return (await import('./rsync/rsync.ts')).openRsyncTarget(name, config, surroundings)
    case 's3':
      return (await import('./s3/s3.ts')).openS3Target(name, config, surroundings)
    case 'sftp':
      return (await import('./sftp/sftp.ts')).openSftpTarget(name, config, surroundings)
  }
}
