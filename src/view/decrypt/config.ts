import * as z from 'zod'
import { secretReference } from '../../system/schema.ts'

const decryptSchemes = ['rsa-pkcs1v15', 'rsa-oaep', 'rsa-oaep-sha256', 'age'] as const

const pattern = z.string().min(1)

/** One of `decrypt = [...]` in a view. */
export const decryptConfig = z.strictObject({
  fields: z
    .union([pattern, z.array(pattern).min(1)])
    .transform((fields) => (typeof fields === 'string' ? [fields] : fields))
    .describe('Names of the columns that are encrypted; "*" stands for any letters, as in "*RSA".'),
  scheme: z
    .enum(decryptSchemes)
    .describe('How they are encrypted: RSA as in PKCS #1 v1.5, RSA-OAEP with SHA-1 or SHA-256, or age.'),
  input: z
    .enum(['base64', 'hex', 'armor'])
    .default('base64')
    .describe('How the bytes are written as text; "armor" is that of age (-----BEGIN AGE …).'),
  blocks: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What stands between the blocks of a value that is longer than the key; blocks one after the other need none.',
    ),
  key: secretReference.describe('Where the private key is kept: PEM for RSA, a file as age-keygen writes it for age.'),
})

export type DecryptConfig = z.output<typeof decryptConfig>
