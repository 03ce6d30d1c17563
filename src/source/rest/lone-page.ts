import { tellingKinds } from './page.ts'
import { pageSize } from './pages.ts'
import { valueAt } from '../../system/item-path.ts'
import type { StreamRun } from './stream-run.ts'
import type { StreamConfig } from './stream.ts'

/** A page that nothing came after. */
export interface LonePage {
  headers: Readonly<Record<string, string>>
  body: unknown
}

const helps = '`unsilo probe` helps'

/** What speaks against a stream's having one page: that the page itself shows more, or does not have what ends the stream. */
export async function lonePageWarnings(run: StreamRun, page: LonePage): Promise<string[]> {
  const { kind, more } = run.stream.page
  if (kind === 'none' && run.stream.saysPage) return []
  if (more !== undefined && valueAt(more, page.body) !== undefined) return []
  const why = await whyMore(run, page)
  return [
    ...(more === undefined ? [] : [`it ended after one page, for that has nothing at more = "${more.text}"; ${helps}`]),
    ...(why === undefined ? [] : [`it ended after one page, but there is more: ${why}; ${helps}`]),
  ]
}

/** Holds the page against all that `probe` knows of how servers name a next page. */
async function whyMore({ stream, mode }: StreamRun, page: LonePage): Promise<string | undefined> {
  const [{ look }, { whyMore: whyOf }] = await Promise.all([import('./probe/look.ts'), import('./probe/why-more.ts')])
  const seen = look(page, stream.items)
  if (seen.signs.some((sign) => sign.goesOn === false && isOwnSign(sign, stream))) return undefined
  // What a server counts may be all that it has, whatever it was asked for; a record may have counts of its own.
  const isCounted = mode === 'full' && stream.window === undefined && stream.items?.steps.length !== 0
  return whyOf(
    isCounted
      ? { ...seen, signs: seen.signs.filter(({ kind }) => kind !== 'last-item') }
      : { ...seen, signs: seen.signs.filter(({ kind }) => tellingKinds.has(kind)), extent: {} },
  )
}

/** Is this what the stream goes by? */
function isOwnSign(sign: { kind: string; at?: string; header?: string }, { page }: StreamConfig): boolean {
  if (sign.kind !== page.kind) return false
  if ('at' in page) return sign.at === page.at.text
  return page.kind !== 'header-token' || sign.header === page.header.toLowerCase()
}

/** Sizes that servers like to give where nobody asks for another. */
const usualSizes = [10, 15, 20, 25, 30, 50, 100, 200, 250, 500, 1000]

/** A page that is exactly full, of a stream that never asks for a second one, is hardly all there is. */
export function fullPageWarning(
  stream: StreamConfig,
  records: number,
  headers: Readonly<Record<string, string>>,
): string | undefined {
  if (stream.saysPage || stream.format === 'any') return undefined
  const asked = pageSize(stream)
  const isFull = asked === undefined ? usualSizes.includes(records) : records === asked
  const namesNext = /\brel="?[^",;]*\bnext\b/i.test(headers['link'] ?? '')
  if (!isFull && !namesNext) return undefined
  const what = namesNext
    ? 'the server names a next page'
    : `it gave exactly ${records} records, which looks like a full page`
  return `${what}, and no \`page\` says how to get the next one; \`unsilo probe\` helps to find out`
}
