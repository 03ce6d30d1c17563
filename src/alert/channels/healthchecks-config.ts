import * as z from 'zod'
import { address } from '../address.ts'
import { channelKeys, checkWebChannel, insecure } from './channel-keys.ts'

/** `[alerts.NAME]` with `kind = "healthchecks"`. */
export const healthchecksConfig = z
  .strictObject({
    kind: z
      .literal('healthchecks')
      .describe('Pings of runs to a Healthchecks server, which alerts by itself when none comes.'),
    url: address.describe(
      "The ping address, or where it is kept. `{dataset}` in it stands for the dataset's name: a check for each, instead of one for " +
        'the whole run.',
    ),
    create: z
      .boolean()
      .default(false)
      .describe('Let the server make a check that does not exist yet: for addresses with a ping key and a name.'),
    insecure,
    ...channelKeys,
  })
  .check(z.superRefine(checkWebChannel))
export type HealthchecksConfig = z.output<typeof healthchecksConfig>
