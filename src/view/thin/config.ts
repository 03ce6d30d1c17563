import * as z from 'zod'

/** `thin` of a dataset's configuration. */
export const thinConfig = z.strictObject({
  views: z
    .array(z.string())
    .min(1)
    .describe('The views that have all that is wanted of old parcels; what they do not read may go with them.'),
})
