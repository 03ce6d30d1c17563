import * as z from 'zod'

const text = z.string().min(1).optional()
const count = z.int().min(0).optional()

/** `page` as it is written: a stream overrides single keys of its source, so only both together are whole (`pageConfig`). */
export const pagePatch = z.strictObject({
  kind: z
    .enum(['link', 'next-url', 'token', 'header-token', 'number', 'offset', 'last-item', 'none'])
    .optional()
    .describe('Where the next page is told, or how it is asked for; default: there is one page.'),
  at: text.describe('Where in the body the token, or the next address, is.'),
  param: text.describe('The parameter that the token, number, offset or value is sent as.'),
  header: text.describe('The header that the token is in.'),
  field: text.describe('The field of an item that the pages are sorted by.'),
  bound: z
    .enum(['after', 'from'])
    .optional()
    .describe('What the server gives: only what lies after the last value, or what has it, too ("from").'),
  from: count.describe('The number of the first page.'),
  size: count.describe('How many items a full page has; a shorter page is the last one.'),
  size_param: text.describe('The parameter that `size` is sent as.'),
  limit_param: text.describe('The parameter that `size` is sent as, where pages go by offset.'),
  more: text.describe('Where the body says that there is more; missing, null, false, 0 or "" there ends the stream.'),
  empty: z
    .enum(['stop', 'continue'])
    .optional()
    .describe(
      'What an empty page means: the end ("stop"), or nothing ("continue": servers that filter after they count). Default: the end, which is not complete when the server names a next page.',
    ),
  max: count.describe('Most pages to ask for; a stream that reaches it is not complete.'),
})
