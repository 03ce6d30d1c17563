import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy, secretReference, sizeValue } from '../system/schema.ts'
import { checkTargetPath } from './target-path.ts'

const name = z.string().min(1)

/** S3 takes no part that is smaller, except the last, and none that is larger (AWS: "Amazon S3 multipart upload limits"). */
const smallestPart = 5 * 2 ** 20
const largestPart = 5 * 2 ** 30

/** `[targets.NAME]` with `kind = "s3"`. */
export const s3TargetConfig = z.strictObject({
  kind: z.literal('s3').describe('A bucket of Amazon S3, or of another store that speaks its protocol.'),
  bucket: name.describe('The bucket; it has to be there.'),
  prefix: z
    .string()
    .transform(parsedBy(parsePrefix))
    .default('')
    .describe('A folder inside of the bucket, as in "backups/laptop". Default: the whole bucket.'),
  region: name.optional().describe('Default: the one that the AWS tools find, else "us-east-1".'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a store other than Amazon, as in "https://s3.example.org".'),
  path_style: z
    .boolean()
    .optional()
    .describe(
      'Put the name of the bucket into the path of addresses, and not before the name of the host. Default: `true` with `endpoint`, ' +
        'else `false`.',
    ),
  profile: name.optional().describe('Take credentials and region from this profile of ~/.aws/config.'),
  access_key_id: name
    .optional()
    .describe(
      'Access key to sign in with; needs `secret_access_key`. Default: what the AWS tools find: environment, profiles, SSO, roles.',
    ),
  secret_access_key: secretReference.optional().describe('Where its secret is kept.'),
  session_token: secretReference.optional().describe('Where the session token is kept, for credentials that have one.'),
  storage_class: name
    .optional()
    .describe('Storage class of new files, as in "STANDARD_IA". Default: that of the bucket.'),
  sse: z
    .enum(['AES256', 'aws:kms'])
    .optional()
    .describe('Ask the store to encrypt new files by itself. Default: as the bucket is set.'),
  sse_kms_key_id: name.optional().describe('Key of AWS KMS to encrypt with; needs `sse = "aws:kms"`.'),
  part_size: sizeValue
    .transform(parsedBy(checkPartSize))
    .default(16e6)
    .describe(
      'Larger files are sent in parts of this size, several at a time, kept in memory; from 5 MiB to 5 GiB. Very large files get ' +
        'larger parts. Default: "16 MB".',
    ),
})

export type S3TargetConfig = z.output<typeof s3TargetConfig>

function parsePrefix(text: string): string {
  const prefix = text.replaceAll(/^\/+|\/+$/g, '')
  try {
    checkTargetPath(prefix)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    throw new UnsiloError('config', `${JSON.stringify(text)} is not a folder inside of a bucket`, {
      hint: 'Write it like "backups/laptop".',
    })
  }
  return prefix
}

function checkPartSize(bytes: number): number {
  if (bytes >= smallestPart && bytes <= largestPart) return bytes
  throw new UnsiloError('config', `parts of ${bytes} bytes are not possible in S3`, {
    hint: 'Choose a size from "5 MiB" to "5 GiB".',
  })
}
