import * as z from 'zod'
import { oneEncoding } from './text.ts'

/** `[views.NAME.csv]`: what a file does not tell of itself. */
export const csvConfig = z
  .strictObject({
    skip: z.int().min(0).optional().describe('How many lines stand before the header.'),
    header: z
      .union([z.string().min(1), z.literal(false), z.array(z.string().min(1)).min(1)], {
        error: 'is the name of a column, or a list of the names of all columns, or false',
      })
      .optional()
      .describe(
        'The name of a column: the first line with such a field is the header. ' +
          'Or the names of all columns, for a file without a header; or false: they have numbers.',
      ),
    footer: z.int().min(1).optional().describe('How many lines with sums and the like stand at the end.'),
    skip_lines: z
      .string()
      .min(1)
      .refine(isPattern, { error: 'is no regular expression' })
      .optional()
      .describe('A regular expression: lines in which it is found are passed over, as in "^(Total|#)".'),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]$/, { error: 'a delimiter is one character, and neither a quote nor a line end' })
      .optional()
      .describe('What stands between fields.'),
    encoding: z
      .string()
      .refine((label) => oneEncoding(label) !== undefined, {
        error: 'is no encoding; there are "windows-1252", "iso-8859-2", "utf-16le", "shift_jis" and others',
      })
      .optional()
      .describe('What text is written in that is no UTF-8, and has no byte order mark.'),
  })
  .refine(({ skip, header }) => skip === undefined || typeof header !== 'string', {
    error: '`skip` has no use beside `header`',
  })
  .refine(({ header }) => !Array.isArray(header) || new Set(header).size === header.length, {
    error: '`header` has a name twice',
  })

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').test('') || true
  } catch {
    return false
  }
}

export type CsvConfig = z.output<typeof csvConfig>
