import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'
import { checkProtection } from '../address.ts'
import { weekdays } from '../digest-time.ts'
import { severities } from '../severity.ts'

/** Keys of `[alerts.NAME]` that every kind has: what it is told, and when. */
export const channelKeys = {
  min_severity: z.enum(severities).default('warning').describe('What is less than that is not told here.'),
  datasets: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Only what is about these datasets: names, in which `*` stands for anything and `?` for one character; `!` in front leaves ' +
        'out. Default: all.',
    ),
  digest: z
    .enum(['daily', 'weekly'])
    .optional()
    .describe(
      'Gathers everything in one message a day or a week, which is also sent when all is well. What is critical is sent at once all ' +
        'the same. Default: everything at once.',
    ),
  at: z
    .string()
    .transform(parsedBy(timeOfDay))
    .optional()
    .describe('When the digest is sent, by the clock of this machine. Default: "07:00".'),
  on: z.enum(weekdays).optional().describe('The day of a weekly digest. Default: "monday".'),
  resolved: z.boolean().default(true).describe('Also tell what is over.'),
}

/** The digest's keys mean nothing without it. */
export function checkDigest(values: { digest?: unknown; at?: unknown; on?: unknown }, context: z.RefinementCtx): void {
  const needless = [
    ...(values.digest === undefined && values.at !== undefined ? ['at'] : []),
    ...(values.digest !== 'weekly' && values.on !== undefined ? ['on'] : []),
  ]
  for (const key of needless) {
    const wanted = key === 'on' ? 'digest = "weekly"' : 'digest = "daily" or "weekly"'
    context.addIssue({
      code: 'custom',
      path: [key],
      message: 'means nothing without a digest of that kind',
      params: { hint: `Add ${wanted}, or leave it out.` },
    })
  }
}

/** Reads `07:00`. @throws UnsiloError `config` */
function timeOfDay(text: string): { hour: number; minute: number } {
  const [, hour, minute] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? []
  const time = { hour: Number(hour), minute: Number(minute) }
  if (time.hour < 24 && time.minute < 60) return time
  throw new UnsiloError('config', `"${text}" is not a time of day`, { hint: 'Write it like "07:00" or "18:30".' })
}

export const insecure = z
  .boolean()
  .default(false)
  .describe(
    'Allow an address with http://, whose messages and secrets others on the way can read. Never needed for this machine.',
  )

/** What holds together the keys of a channel that posts to `url`. */
export function checkWebChannel(
  values: Parameters<typeof checkDigest>[0] & { url: unknown; insecure?: boolean | undefined },
  context: z.RefinementCtx,
): void {
  checkDigest(values, context)
  checkProtection(values, 'url', values.url, context)
}
