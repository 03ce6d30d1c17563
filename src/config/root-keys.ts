import * as z from 'zod'
import { commonRootKeys } from './root-config.ts'
import { targetConfig } from './target-config.ts'

const targetName = z
  .string()
  .regex(/^[a-z0-9_-]+$/, { error: 'the name of a target has small letters, digits, "-" and "_" only' })

/** The keys of `unsilo.toml`. */
export const rootKeys = z.strictObject({
  targets: z
    .record(targetName, targetConfig)
    .optional()
    .describe('Places that parcels are copied to, by name; `publish` of a dataset names those that it uses.'),
  ...commonRootKeys.shape,
})
