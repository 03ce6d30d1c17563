import * as z from 'zod'
import { oneEncoding } from './text.ts'

/** `[views.NAME.csv]`: what a file does not tell of itself. */
export const csvConfig = z
  .strictObject({
    skip: z.int().min(1).optional().describe('How many lines stand before the header.'),
    header: z
      .string()
      .min(1)
      .optional()
      .describe('The name of a column: the first line that has a field of that name is the header.'),
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
  .refine(({ skip, header }) => skip === undefined || header === undefined, {
    error: '`skip` has no use beside `header`',
  })

export type CsvConfig = z.output<typeof csvConfig>
