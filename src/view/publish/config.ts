import * as z from 'zod'
import { parsedBy } from '../../system/schema.ts'
import { formatOfName, parseTemplate, viewFormats } from './template.ts'

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

/** A `[publish_view.NAME]`, as values that may still be of any type. Paths start at it. */
export function publishViewMisfits(
  written: Readonly<Record<string, unknown>>,
  views: readonly string[],
): { path: string[]; message: string; hint: string }[] {
  const { view, sql, file, format, folder } = written
  const found: { path: string[]; message: string; hint: string }[] = []
  if (view === undefined && sql === undefined) {
    found.push({ path: [], message: 'has neither `view` nor `sql`', hint: 'Name the view, or write a question.' })
  }
  if (sql !== undefined) {
    for (const key of ['view', 'columns', 'where', 'order', 'with_absent']) {
      if (written[key] === undefined || written[key] === false) continue
      found.push({
        path: [key],
        message: 'has no use beside `sql`',
        hint: 'Say it in the SQL, or remove one of the two.',
      })
    }
  }
  if (typeof view === 'string' && !views.includes(view)) {
    const hint = views.length === 0 ? `Define it: [views.${view}].` : `There are: ${views.join(', ')}.`
    found.push({ path: ['view'], message: `there is no view "${view}"`, hint })
  }
  // Checked already, or as it was written.
  const name = typeof file === 'object' && file !== null && 'text' in file ? file.text : file
  if (format === undefined && typeof name === 'string' && formatOfName(name) === undefined) {
    found.push({
      path: ['file'],
      message: 'does not say how to write it',
      hint: 'End it in .csv, .ndjson or .parquet, or set `format`.',
    })
  }
  if (typeof folder === 'string' && !/^(?:\/|~(?:\/|$))/.test(folder)) {
    const parts = folder.split('/')
    const own = ['data', 'incomplete', 'log', 'trash', '.cache', '.git', '.', '']
    if (parts.includes('..')) {
      found.push({
        path: ['folder'],
        message: 'leads out of the dataset',
        hint: 'Write a path elsewhere in full: "/srv/tables".',
      })
    } else if (own.includes(parts[0]!)) {
      found.push({
        path: ['folder'],
        message: 'is a folder that unsilo needs itself',
        hint: 'Name another, as in "published".',
      })
    }
  }
  return found
}
