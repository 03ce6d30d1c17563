import * as z from 'zod'
import { causes } from '../alert/cause.ts'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from '../system/schema.ts'

/** What `accept` can name: causes that are a dataset's own, and `unlikely` for all that are of that state. */
const acceptable = [...causes.filter((cause) => cause !== 'disk'), 'unlikely'] as const

const day = z.string({ error: 'must be text such as "2026-12-01"' }).transform(
  parsedBy((text: string) => {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
    if (isDay && new Date(text).toISOString().startsWith(text)) return text
    throw new UnsiloError('config', `"${text}" is not a day`, { hint: 'Write it like "2026-12-01".' })
  }),
)

/** One entry of `accept`. */
export const acceptedConfig = z.strictObject({
  what: z
    .enum(acceptable, { error: `must be one of: ${acceptable.join(', ')}` })
    .describe('Which warning: a state of the report, or what `unsilo report --json` calls its `cause`.'),
  until: day.optional().describe('The last day on which it is accepted, as in "2026-12-01"; default: without an end.'),
  because: z.string().trim().min(1).describe('Why, for those who read the report.'),
})
export type Accepted = z.output<typeof acceptedConfig>

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
