import * as z from 'zod'
import { causes } from '../alert/cause.ts'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from '../system/schema.ts'

/** What `accept` can name of the root, and in a dataset: its own causes, and `unlikely` for all that are of that state. */
const ofRoot = ['disk', 'full'] as const
const ofDataset = [...causes.filter((cause) => cause !== 'disk'), 'unlikely'] as const

const day = z.string({ error: 'must be text such as "2026-12-01"' }).transform(
  parsedBy((text: string) => {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
    if (isDay && new Date(text).toISOString().startsWith(text)) return text
    throw new UnsiloError('config', `"${text}" is not a day`, { hint: 'Write it like "2026-12-01".' })
  }),
)

/** One entry of `accept` of a dataset. */
export const acceptedConfig = z.strictObject({
  what: z
    .enum(ofDataset, {
      // Any other is told by its likeness to those that there are.
      error: ({ input }) =>
        ofRoot.some((one) => one === input)
          ? `"${String(input)}" is no warning of a dataset but of the root: accept it in unsilo.toml, above its first [table]`
          : undefined,
    })
    .describe('Which warning: a state of the report, or what `unsilo report --json` calls its `cause`.'),
  until: day.optional().describe('The last day on which it is accepted, as in "2026-12-01"; default: without an end.'),
  because: z.string().trim().min(1).describe('Why, for those who read the report.'),
})

/** One entry of `accept` of `unsilo.toml`. */
export const acceptedRootConfig = acceptedConfig.extend({
  what: z
    .enum(ofRoot, {
      error: ({ input }) =>
        ofDataset.some((one) => one === input)
          ? `"${String(input)}" is a warning of a dataset: accept it in that dataset's config.toml, or for all under [defaults]`
          : undefined,
    })
    .describe('Which warning of the root: `disk`, or `full`, which is the same.'),
})
export type Accepted = z.output<typeof acceptedConfig>
export type AcceptedOfRoot = z.output<typeof acceptedRootConfig>

/** `[health]` of a dataset's configuration. */
export const healthConfig = z.strictObject({
  newest: z
    .string()
    .min(1)
    .optional()
    .describe('A metric that says how new the newest record is: when it stands still for long, nothing new comes.'),
  ignore: z
    .array(z.string())
    .default([])
    .describe('Metrics, or `bytes` and `files`, that are not compared with those of earlier parcels.'),
})
export type HealthLimits = z.output<typeof healthConfig>
