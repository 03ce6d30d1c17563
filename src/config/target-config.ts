import * as z from 'zod'
import { keepConfig } from '../parcel/retention-policy.ts'
import { durationText } from '../system/schema.ts'
import { builtInKinds, placeConfigs } from '../target/place-config.ts'
import { pluginTargetConfig } from '../target/plugin/config.ts'
import { transferKeys } from '../target/transfer-keys.ts'

/** What becomes of parcels at a target, whatever its kind. */
const copyKeys = {
  layout: z
    .enum(['mirror', 'daily'])
    .default('mirror')
    .describe(
      'Where parcels go: `mirror`: `DATASET/data/…` as in the root; `daily`: `2026-03-01/DATASET/…`, a folder a day.',
    ),
  check: z
    .enum(['full', 'sample'])
    .optional()
    .describe(
      'How a copy is checked where the place does not compare hashes itself: `full` reads back every byte, `sample` the sizes of all ' +
        'files and some of their bytes. Default: `full` for a folder, `sample` elsewhere.',
    ),
  encrypt: z
    .strictObject({
      kind: z.literal('age').describe('Files that the ordinary `age` program decrypts.'),
      recipients: z.array(z.string().min(1)).min(1).describe('Public keys, as `age-keygen` prints them: `age1…`.'),
    })
    .optional()
    .describe('Encrypts what goes there: for a place that others can read.'),
  retention: z
    .union([durationText.transform((within) => ({ within })), keepConfig])
    .optional()
    .describe(
      'How long copies stay there: a duration such as "90 days", or rules as in `keep`. Only copies of parcels that are also ' +
        'elsewhere are removed. Default: all stay.',
    ),
  max_delete: z.int().min(0).default(10).describe('How many copies one run removes there, at most.'),
}

const [first, ...others] = placeConfigs.map((place) => place.extend(copyKeys))

/** `[targets.NAME]`: a place of any kind, or of one that a module adds, and what becomes of parcels there. */
export const targetConfig = z.union([
  z.discriminatedUnion('kind', [first!, ...others]),
  pluginTargetConfig(builtInKinds, { ...transferKeys, ...copyKeys }),
])
export type TargetConfig = z.output<typeof targetConfig>
