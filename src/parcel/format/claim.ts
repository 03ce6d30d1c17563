import { type Codec, codecForExtension } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { formatForExtension, knownExtensions } from './all.ts'
import type { Format } from './format.ts'

/** What a file has to be: a format, inside of codecs. */
export interface Claim {
  /** Outermost first. */
  codecs: readonly Codec[]
  format: Format | undefined
}

/** Extensions that stand for two. */
const shortForms: Record<string, string> = { svgz: 'svg.gz', tgz: 'tar.gz', tzst: 'tar.zst' }

/**
 * What the extension of a file says about its content. `json.gz` is JSON inside gzip; of `tar.gz` only the gzip layer can be
 * checked; an unknown extension claims nothing.
 *
 * @param extension What follows the parcel's id or the file's name, without the first dot; may be empty.
 * @param require The format that it has to be instead, under the codecs that the extension names.
 * @throws UnsiloError `config` when `require` is not a format that can be checked
 */
export async function claimOf(extension: string, require: string | undefined): Promise<Claim> {
  const claimed = readExtension(extension)
  if (require === undefined) return { codecs: claimed.codecs, format: await formatForExtension(claimed.inner) }
  const required = readExtension(require)
  const format = await formatForExtension(required.inner)
  if (format === undefined && (required.inner !== '' || required.codecs.length === 0)) throw unknownFormat(require)
  return { codecs: required.codecs.length > 0 ? required.codecs : claimed.codecs, format }
}

/** `json.gz` is JSON inside gzip, `tgz` is tar inside gzip. */
export function readExtension(extension: string): { codecs: Codec[]; inner: string } {
  const parts = extension.toLowerCase().split('.')
  const last = parts.pop() ?? ''
  parts.push(...(shortForms[last] ?? last).split('.'))
  const codecs: Codec[] = []
  for (;;) {
    const codec = codecForExtension(parts.at(-1) ?? '')
    if (codec === undefined) return { codecs, inner: parts.at(-1) ?? '' }
    codecs.push(codec)
    parts.pop()
  }
}

function unknownFormat(require: string): UnsiloError {
  return new UnsiloError('config', `require = "${require}" is not a format that unsilo can check`, {
    hint: `Use one of: ${knownExtensions.join(', ')}; .gz and .zst may follow.`,
  })
}
