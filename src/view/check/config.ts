import * as z from 'zod'
import { percentText } from '../../system/percent.ts'

const text = z.string().min(1)
const columns = z.array(text).min(1)

const bound = z.union([z.string().min(1), z.number()])

const missingConfig = z.strictObject({
  most: percentText.describe('The largest share of rows that may lack a value, as in "5%".'),
  by: columns.optional().describe('The share is counted for each value of these columns, and holds for each of them.'),
})

const rowsConfig = z.strictObject({
  as: text.describe('The other view: VIEW of the same dataset, or DATASET.VIEW.'),
  tolerance: z
    .union([
      percentText,
      z
        .int()
        .min(0)
        .transform((rows) => ({ rows })),
    ])
    .default(0)
    .describe('How far the numbers may be apart: a share of the other view, "1%", or so many rows.'),
  by: columns.optional().describe('Columns that both views have: counted and compared for each of their values.'),
  where: text.optional().describe('Which rows of the other view count: a condition in SQL.'),
})

/** One `[views.NAME.checks]` entry. */
const checkConfig = z.strictObject({
  column: text.optional().describe('The column that is looked at; default: the name of the check.'),
  not_null: z.boolean().optional().describe('Every row has a value.'),
  unique: z
    .union([z.boolean(), columns])
    .optional()
    .describe('No two rows have the same value; with a list of columns, the same value and the same in all of those.'),
  min: bound.optional().describe('The smallest value that is right: a number, a date or time, or "now".'),
  max: bound.optional().describe('The largest value that is right: a number, a date or time, or "now".'),
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .optional()
    .describe('All values that are right.'),
  pattern: text.optional().describe('A regular expression (RE2) that is found in each value; ^ and $ are its ends.'),
  missing: missingConfig.optional().describe('How many rows may lack a value: nothing, or empty text.'),
  rows: rowsConfig.optional().describe('The view has as many rows as another one.'),
  sql: text.optional().describe('A question that must have no rows as its answer.'),
  where: text.optional().describe('Which rows of the view are looked at: a condition in SQL.'),
  with_absent: z
    .boolean()
    .optional()
    .describe('Looks at items that are absent by now, too; default: only at those that are there.'),
})

export type CheckConfig = z.output<typeof checkConfig>

export const checksConfig = z.record(z.string().min(1, { error: 'a check needs a name' }), checkConfig)
