import * as z from 'zod'
import { secretReference } from '../../system/schema.ts'
import { address } from '../address.ts'
import { channelKeys, checkWebChannel, insecure } from './channel-keys.ts'

/** `[alerts.NAME]` with `kind = "gotify"`. */
export const gotifyConfig = z
  .strictObject({
    kind: z.literal('gotify').describe('Notifications by a Gotify server.'),
    url: address.describe('The address of the server.'),
    token: secretReference.describe("Where the application's token is kept."),
    priority: z
      .int()
      .min(0)
      .max(10)
      .optional()
      .describe('The priority of every message. Default: by severity, 2 to 10.'),
    insecure,
    ...channelKeys,
  })
  .check(z.superRefine(checkWebChannel))
export type GotifyConfig = z.output<typeof gotifyConfig>
