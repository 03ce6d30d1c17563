import * as z from 'zod'
import { parsedBy, secretReference } from '../system/schema.ts'
import { parsePlace } from './rsync/place.ts'

/** `[targets.NAME]` with `kind = "rsync"`. */
export const rsyncTargetConfig = z.strictObject({
  kind: z
    .literal('rsync')
    .describe('A folder that the rsync program writes to: over SSH, at an rsync daemon, or here.'),
  to: z
    .string()
    .min(1)
    .transform(parsedBy((to) => parsePlace(to) && to))
    .describe(
      'The folder to copy parcels into, as rsync takes it: `user@host:/path` (SSH), `rsync://user@host/module/path` or ' +
        '`user@host::module/path` (a daemon), or a path of this machine; created when missing, but never the folder around it.',
    ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Port of the SSH server or of the daemon. Default: that of the SSH configuration, 873 for a daemon.'),
  key: z
    .string()
    .min(1)
    .optional()
    .describe('SSH: file of the private key; it must not need a passphrase. Default: as `ssh` finds one.'),
  known_hosts: z
    .string()
    .min(1)
    .optional()
    .describe('SSH: file with the host keys to trust. Default: as `ssh` finds them.'),
  password: secretReference.optional().describe('Daemon: the password of the user in `to`.'),
  program: z.string().min(1).default('rsync').describe('The rsync program of this machine.'),
})

export type RsyncTargetConfig = z.output<typeof rsyncTargetConfig>
