import * as z from 'zod'

const path = z.string().min(1)
const patterns = z.array(z.string().min(1)).min(1)

/** `[source]` with `kind = "folder"`. */
export const folderConfig = z
  .strictObject({
    kind: z.literal('folder'),
    path: path
      .optional()
      .describe('The folder to copy; a relative one starts at the folder of the dataset, "~" is your home.'),
    paths: z
      .array(path)
      .min(1)
      .optional()
      .describe('Several folders, instead of `path`; each goes below its own whole path, as in "etc/nginx".'),
    include: patterns
      .optional()
      .describe(
        'Patterns of what is taken, with all that is in it, as in "*.jpg" or "/projects/*"; default: everything.',
      ),
    exclude: patterns
      .optional()
      .describe('Patterns of what is left out, with all that is in it, as in "node_modules"; stronger than `include`.'),
    format: z
      .enum(['tar', 'tar.gz', 'tar.zst', 'zip', 'files'])
      .default('tar.gz')
      .describe('What the parcel is: an archive, or a folder with copies of the files.'),
    split: z
      .boolean()
      .default(false)
      .describe('One archive for each folder right in the path, and one for the files beside them.'),
    unreadable: z
      .enum(['fail', 'warn'])
      .default('fail')
      .describe('What a file that cannot be read does: fail the export, or leave it out with a warning.'),
    mount: z
      .enum(['same', 'any'])
      .default('same')
      .describe('Fail when the path is no longer on the mount that the last good export found it on; or take any.'),
  })
  .superRefine(({ path: one, paths, split, format }, context) => {
    const complain = (key: string, message: string, hint: string): void =>
      context.addIssue({ code: 'custom', path: [key], message, params: { hint } })
    if (one === undefined && paths === undefined) complain('path', 'is missing', 'Name the folder to copy.')
    if (one !== undefined && paths !== undefined)
      complain('paths', 'has no use beside `path`', 'Remove one of the two.')
    if (split && format === 'files')
      complain('split', 'has no use with format = "files"', 'Choose an archive, or remove it.')
  })

export type FolderConfig = z.output<typeof folderConfig>
