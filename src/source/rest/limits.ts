import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parseBackoff } from '../../system/backoff.ts'
import { durationText, parsedBy } from '../../system/schema.ts'

// A longer timer of Node.js fires at once (setTimeout takes a signed 32-bit number of ms).
const longestTimerMs = 2 ** 31 - 1

/** `limits` of a REST source. Once parsed, durations are in ms, and `rate` is the time between two requests, in ms. */
export const limitsConfig = z.strictObject({
  rate: z
    .string()
    .transform(parsedBy(parseRate))
    .optional()
    .describe('How many requests to send at most, evenly spaced: "45/min"; also /s, /h and /day. Default: no limit.'),
  parallel: z.int().min(1).max(64).default(1).describe('How many requests may be under way at once.'),
  reserve: z
    .int()
    .min(0)
    .default(0)
    .describe('Wait for the reset when the server says that only so many requests are left; others may need them.'),
  max_wait: durationText
    .prefault('15m')
    .describe('Longest wait for the server in a run; for a longer one, the export is parked until the next run.'),
  give_up_after: z.int().min(1).default(5).describe('Ask no more after so many failed requests in a row.'),
  timeout: durationText
    .refine((ms) => ms > 0 && ms <= longestTimerMs, { error: 'must be longer than nothing, and at most 24 days' })
    .prefault('1m')
    .describe('Longest silence of the server in one answer.'),
})
export type Limits = z.output<typeof limitsConfig>

/** `retry` of a REST source. */
export const retryConfig = z.strictObject({
  tries: z.int().min(1).default(5).describe('How often to try one request, in all.'),
  backoff: z
    .string()
    .transform(parsedBy(parseBackoff))
    .prefault('1s..5m')
    .describe('The wait after the first try, which doubles with each, and the longest.'),
})
export type Retry = z.output<typeof retryConfig>

const unitMs: readonly (readonly [RegExp, number])[] = [
  [/^s(?:ec(?:ond)?)?$/, 1000],
  [/^m(?:in(?:ute)?)?$/, 60_000],
  [/^h(?:our)?$/, 3_600_000],
  [/^d(?:ay)?$/, 86_400_000],
]

/** Reads `45/min` as the time between two requests, in ms. */
function parseRate(text: string): number {
  const [, count = '', name = ''] = /^\s*(\d+(?:\.\d+)?)\s*\/\s*([a-z]+)\s*$/i.exec(text) ?? []
  const unit = unitMs.find(([pattern]) => pattern.test(name.toLowerCase()))
  if (unit !== undefined && Number(count) > 0) return unit[1] / Number(count)
  throw new UnsiloError('config', `"${text}" is not a rate`, { hint: 'Write it like "45/min", "2/s" or "1000/day".' })
}
