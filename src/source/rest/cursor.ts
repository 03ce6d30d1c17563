import * as z from 'zod'
import { durationText } from '../../system/schema.ts'
import { markKinds, readMark } from './cursor/mark.ts'
import { fieldText } from '../../system/item-path.ts'

/** `cursor`: how a stream asks only for what is new since its last complete export. */
export const cursorConfig = z
  .strictObject({
    field: fieldText.describe('The field of a record whose largest value the next export begins at.'),
    param: z
      .string()
      .min(1)
      .optional()
      .describe('The parameter that the value is sent as; not needed where `{cursor}` stands in `path` or `params`.'),
    start: z
      .union([z.string().min(1), z.number()])
      .transform(String)
      .optional()
      .describe('What a full export begins at; default: the parameter is not sent.'),
    overlap: durationText
      .prefault('0s')
      .describe(
        'How long records may take to turn up in the list: the next export begins at least so long before this one.',
      ),
    as: z
      .enum(markKinds)
      .default('time')
      .describe(
        'What the values are: times (RFC 3339, or dates), seconds ("epoch") or ms since 1970, numbers, or text.',
      ),
  })
  .refine((cursor) => cursor.start === undefined || readMark(cursor.as, cursor.start) !== undefined, {
    error: 'is no value of the kind that `as` names',
    path: ['start'],
    params: { hint: 'A time is written like "2015-01-01T00:00:00Z", or "2015-01-01".' },
  })
  .refine((cursor) => cursor.overlap === 0 || (cursor.as !== 'number' && cursor.as !== 'text'), {
    error: 'is a duration, and counts only for times',
    path: ['overlap'],
  })
export type CursorConfig = z.output<typeof cursorConfig>

/** `high_water`: the largest value of a field, by which records are found that a server still shows. */
export const highWaterConfig = z.strictObject({
  field: fieldText.describe('The field of a record whose largest value is kept: an id that only grows.'),
  per: fieldText
    .optional()
    .describe('Where the name of the record’s group is: each group has a largest value of its own.'),
})
export type HighWaterConfig = z.output<typeof highWaterConfig>
