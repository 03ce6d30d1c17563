import * as z from 'zod'
import { durationText } from '../../system/schema.ts'
import { onConfig } from './answer.ts'
import { authConfig } from './auth.ts'
import { drainConfig } from './drain-config.ts'
import { limitsConfig, retryConfig } from './limits.ts'
import { pagePatch } from './page-patch.ts'
import { headersConfig, paramsConfig, streamKeys } from './stream-config.ts'
import { toStreams } from './inherit.ts'

const address = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://', abort: true })
  .refine((text) => new URL(text).username === '' && new URL(text).search === '', {
    error: 'must be without a user and without parameters',
    params: { hint: 'Put them into `auth` and `params`.' },
  })

/** `[source]` with `kind = "rest"`. */
export const restConfig = z
  .strictObject({
    kind: z.literal('rest'),
    base: address.describe('Address that all paths begin with, as in "https://api.github.com".'),
    hosts: z
      .array(z.string())
      .default([])
      .describe('Other hosts that the server may send us on to for further pages, with the authorization.'),
    auth: authConfig.optional().describe('How to prove who you are.'),
    headers: headersConfig.default({}).describe('Headers of every request.'),
    params: paramsConfig.default({}).describe('Parameters of every request.'),
    limits: limitsConfig.prefault({}).describe('How much to ask of the server.'),
    retry: retryConfig.prefault({}).describe('How often to try one request.'),
    on: onConfig.default([]).describe('What to do on a status: { "404" = "skip", "403:rate limit" = "wait" }.'),
    page: pagePatch.default({}).describe('How to get the next page.'),
    resume_within: durationText
      .prefault('1h')
      .describe('An export that was broken off goes on in the same parcel when its last page is not older.'),
    streams: z.array(streamKeys).min(1).describe('What to ask for, one table each.'),
    drain: drainConfig.optional().describe('Deletes records on the server that are safe here.'),
  })
  .transform((keys, context) => {
    const streams = toStreams(keys, context)
    return { ...keys, streams }
  })

export type RestConfig = z.output<typeof restConfig>
