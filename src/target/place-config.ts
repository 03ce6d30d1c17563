import type * as z from 'zod'
import { folderTargetConfig } from './folder-config.ts'
import { ftpTargetConfig, ftpsTargetConfig } from './ftp-config.ts'
import type { PluginTargetConfig } from './plugin/config.ts'
import { rsyncTargetConfig } from './rsync-config.ts'
import { s3TargetConfig } from './s3-config.ts'
import { sftpTargetConfig } from './sftp-config.ts'
import { transferKeys } from './transfer-keys.ts'

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
