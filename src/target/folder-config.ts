import * as z from 'zod'

/** `[targets.NAME]` with `kind = "folder"`. */
export const folderTargetConfig = z.strictObject({
  kind: z.literal('folder').describe('A folder: on another disk, a NAS, or one that a program syncs.'),
  path: z
    .string()
    .min(1)
    .describe(
      'The folder to copy parcels into; created when missing, but never the folder around it. ' +
        'A relative path starts at the root, `~` is your home.',
    ),
})

export type FolderTargetConfig = z.output<typeof folderTargetConfig>
