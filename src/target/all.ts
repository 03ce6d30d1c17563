import { limited } from './limited.ts'
import type { PlaceConfig } from './place-config.ts'
import { retrying } from './retrying.ts'
import type { Target, TargetSurroundings } from './target.ts'
import { watched } from './watched.ts'

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
