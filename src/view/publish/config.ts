import * as z from 'zod'
import { parsedBy } from '../../system/schema.ts'
import { parseTemplate, viewFormats } from './template.ts'

const text = z.string().min(1)

/** Names of `[publish_view.NAME]`. */
export const publishViewName = z.string().regex(/^[a-z][a-z0-9_-]*$/, {
  error: 'the name begins with a small letter, and has small letters, digits, "_" and "-" only',
})

/** One `[publish_view.NAME]` of a dataset. */
export const publishViewConfig = z.strictObject({
  view: text.optional().describe('The view of this dataset that is written.'),
  sql: text.optional().describe('A question instead of a view; its answer is written.'),
  file: z
    .string()
    .transform(parsedBy(parseTemplate))
    .describe(
      'Names of the files: columns in braces make a file for each of their values, as in "{form.name}_{day}.csv".',
    ),
  format: z
    .enum(viewFormats)
    .optional()
    .describe('How they are written: "csv", "ndjson" or "parquet"; default: as the name ends.'),
  folder: text
    .default('published')
    .describe('Where they are put: a folder in the dataset, or, written in full, one elsewhere; `~` is your home.'),
  columns: z.array(text).min(1).optional().describe('Which columns are written; default: all of the items.'),
  where: text.optional().describe('Which items are written: a condition in SQL.'),
  order: z.array(text).min(1).optional().describe('The columns that the items are ordered by; default: their keys.'),
  with_absent: z.boolean().default(false).describe('Writes items that are absent by now, too.'),
  targets: z
    .array(z.string())
    .default([])
    .describe('Copies the files to these targets as well, below DATASET/published; they are defined in unsilo.toml.'),
  safe_for_spreadsheets: z
    .boolean()
    .default(false)
    .describe("In CSV, puts a ' before text that a spreadsheet would take for a formula."),
})

export type PublishViewConfig = z.output<typeof publishViewConfig>
