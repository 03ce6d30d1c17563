import * as z from 'zod'
import { secretReference } from '../../system/schema.ts'
import { address } from '../address.ts'
import { channelKeys, checkWebChannel, insecure } from './channel-keys.ts'

/** `[alerts.NAME]` with `kind = "webhook"`. */
export const webhookConfig = z
  .strictObject({
    kind: z.literal('webhook').describe('A POST with JSON to an address.'),
    url: address.describe('The address, or where it is kept: those of Slack, Discord and Teams are secrets.'),
    preset: z.enum(['slack', 'discord', 'teams']).optional().describe("The form of the JSON. Default: unsilo's own."),
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), secretReference)
      .optional()
      .describe('More headers, by name, and where the value of each is kept. Default: none.'),
    insecure,
    ...channelKeys,
  })
  .check(z.superRefine(checkWebChannel))
export type WebhookConfig = z.output<typeof webhookConfig>
