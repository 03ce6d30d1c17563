import * as z from 'zod'
import { viewConfig, viewName } from '../view/config.ts'
import { publishViewConfig, publishViewName } from '../view/publish/config.ts'
import { thinConfig } from '../view/thin/config.ts'

/** What `config.toml` may say of tables over all parcels. */
export const viewKeys = {
  views: z
    .record(viewName, viewConfig)
    .default({})
    .describe('Tables made from all parcels, by name: where the items are, and what tells one from another.'),
  publish_view: z
    .record(publishViewName, publishViewConfig)
    .default({})
    .describe(
      'Files that are made of views, by name: CSV, NDJSON or Parquet, written once a day and after each export.',
    ),
  thin: thinConfig.optional().describe('What `unsilo thin` may go by. Without it, it removes nothing.'),
}
