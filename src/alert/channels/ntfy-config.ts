import * as z from 'zod'
import { oneLine, secretReference } from '../../system/schema.ts'
import { address } from '../address.ts'
import { channelKeys, checkWebChannel, insecure } from './channel-keys.ts'

const topic = z.string().regex(/^[-\w]{1,64}$/, 'a topic has up to 64 letters, digits, "-" and "_"')

/** `[alerts.NAME]` with `kind = "ntfy"`. */
export const ntfyConfig = z
  .strictObject({
    kind: z.literal('ntfy').describe('Notifications on phones and desktops, by ntfy.'),
    url: address.default('https://ntfy.sh').describe('The address of the server. Default: `https://ntfy.sh`.'),
    topic: z
      .union([topic, secretReference])
      .describe('The topic, or where it is kept: without a token, who knows it can read along.'),
    token: secretReference.optional().describe('Where the access token is kept. Default: none is sent.'),
    priority: z.int().min(1).max(5).optional().describe('The priority of every message. Default: by severity, 2 to 5.'),
    tags: z.array(oneLine).optional().describe('More tags for every message. Default: one by severity.'),
    insecure,
    ...channelKeys,
  })
  .check(z.superRefine(checkWebChannel))
export type NtfyConfig = z.output<typeof ntfyConfig>
