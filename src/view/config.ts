import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { type ItemPath, fieldText, parsePath, pathText } from '../system/item-path.ts'
import { parsedBy } from '../system/schema.ts'
import { checksConfig } from './check/config.ts'
import { columnsConfig } from './column.ts'
import { decryptConfig } from './decrypt/config.ts'
import { csvConfig } from './input/csv-config.ts'
import { parseKeyPart } from './key.ts'

/** Views name tables and folders. */
export const viewName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, {
    error: 'the name of a view begins with a small letter, and has small letters, digits, "_" and "-" only',
  })
  .refine((name) => !/_(?:history|errors)$/.test(name), {
    error: 'the name of a view does not end in "_history" or "_errors": those are tables that each view has',
  })

const text = z.string().min(1)

/** Some of an item: ".", which is all of it, is no such path. */
const partText = text.transform(parsedBy(parsePart))

function parsePart(written: string): ItemPath {
  const path = parsePath(written)
  if (path.steps.every((step) => typeof step !== 'object')) return path
  throw new UnsiloError('config', `"${written}" goes through a map`, { hint: 'Name the field that holds the map.' })
}

const keyText = text.transform(parsedBy(parseKeyPart))

/** @param one `a`, or a list of such. */
const oneOrMore = <Schema extends z.ZodType>(one: Schema) => z.union([one, z.array(one).min(1)])

const windowConfig = z.union([
  z.literal('all'),
  z.strictObject({
    newest: z.int().min(1).describe('The parcel can show only so many of the newest items.'),
    by: fieldText
      .optional()
      .describe('The field that says which items are the newest: a time, or a number that grows.'),
  }),
])

const absentConfig = z.strictObject({
  mark: z
    .boolean()
    .optional()
    .describe('Whether items that are not there any more are marked; default: true with window "all".'),
  parcels: z
    .int()
    .min(1)
    .optional()
    .describe('How many parcels in a row must lack an item before it counts as absent.'),
  days: z
    .number()
    .min(0)
    .optional()
    .describe('How many days must lie between the first and the last of the parcels that lack it.'),
})

const feedConfig = z.strictObject({
  time: text.describe('The column with the time of an item.'),
  title: text.optional().describe('The column with its title.'),
  text: text.optional().describe('The column with its text.'),
  url: text.optional().describe('The column with its address.'),
})

/** One `[views.NAME]` of a dataset. */
export const viewConfig = z.strictObject({
  items: oneOrMore(pathText)
    .optional()
    .describe('Where the items are in a parcel: "data.children[*].data"; of a list of paths, the first that it has.'),
  stream: text.optional().describe('The stream of the REST source that the items are the records of.'),
  table: text.optional().describe('The table of an SQLite database whose rows are the items.'),
  sql: text.optional().describe('The query to an SQLite database whose rows are the items.'),
  element: text.optional().describe('The name of the XML element that is an item.'),
  files: text
    .optional()
    .describe('A glob of the files to read in a parcel that is a folder or an archive, as in "*.csv".'),
  csv: csvConfig.optional().describe('How to read CSV that does not tell itself, as in { header = "Date" }.'),
  key: oneOrMore(keyText)
    .optional()
    .describe(
      'The field, or fields, that tell one item from another: "id", "code?", "new | old"; or "hash": the item.',
    ),
  pick: z.enum(['latest', 'first']).default('latest').describe('Which version of an item is shown.'),
  prefer: z
    .record(text, z.enum(['latest', 'first', 'first-nonempty']))
    .default({})
    .describe('Which value is shown in single columns, instead of the one that `pick` chooses.'),
  ignore: oneOrMore(partText)
    .optional()
    .describe('Fields whose changes do not count: kept out of the history, shown with the latest value.'),
  window: windowConfig
    .optional()
    .describe('What one parcel can show: "all" of the items, or { newest = 1000, by = "created" }.'),
  absent: absentConfig.optional().describe('When an item counts as absent.'),
  feed: feedConfig.optional().describe('Which columns make the view a feed of things that happened.'),
  columns: columnsConfig
    .optional()
    .describe('Names, paths and types of columns: { created = "created_utc :: epoch" }.'),
  checks: checksConfig
    .default({})
    .describe('What must be so, by column or by a name of its own: { created = { not_null = true } }.'),
  decrypt: z
    .array(decryptConfig)
    .default([])
    .describe('Which columns are encrypted; they are decrypted when they are read, and stored as they came.'),
})

export type ViewConfig = z.output<typeof viewConfig>
