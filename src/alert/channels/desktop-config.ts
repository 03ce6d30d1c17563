import * as z from 'zod'
import { channelKeys, checkDigest } from './channel-keys.ts'

/** `[alerts.NAME]` with `kind = "desktop"`. */
export const desktopConfig = z
  .strictObject({
    kind: z.literal('desktop').describe('A notification on the screen of this machine.'),
    ...channelKeys,
  })
  .check(z.superRefine(checkDigest))
