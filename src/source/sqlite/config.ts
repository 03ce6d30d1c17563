import * as z from 'zod'

/** `[source]` with `kind = "sqlite"`. */
export const sqliteConfig = z.strictObject({
  kind: z.literal('sqlite'),
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'The database file, a glob, or a list of them; a relative one starts at the folder of the dataset, "~" is your home. ' +
        'A glob or a list makes a folder, a file each.',
    ),
})

export type SqliteConfig = z.output<typeof sqliteConfig>
