import * as z from 'zod'
import { channelKeys, checkDigest } from './channel-keys.ts'

/** `[alerts.NAME]` with `kind = "command"`. */
export const commandConfig = z
  .strictObject({
    kind: z.literal('command').describe('A command of yours.'),
    cmd: z
      .string()
      .min(1)
      .describe('A shell command line. It gets the message in its environment and, as JSON, on its standard input.'),
    ...channelKeys,
  })
  .check(z.superRefine(checkDigest))
export type CommandConfig = z.output<typeof commandConfig>
