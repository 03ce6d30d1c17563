import type { CheckOptions } from '../parcel/format/format.ts'
import { textDecoder } from '../view/input/text.ts'
import type { Dataset } from './dataset.ts'

/** What views of the dataset know of lines at the end of its CSV; `undefined` when they know of none. */
export function footerOf({ config }: Dataset): CheckOptions['isFooter'] {
  const known = config.views.flatMap(({ csv }) =>
    csv?.footer === undefined && csv?.skip_lines === undefined ? [] : [csv],
  )
  if (known.length === 0) return undefined
  return (line) =>
    known.some(({ footer, skip_lines: skipped, encoding }) => {
      if (footer !== undefined) return true
      return new RegExp(skipped!, 'u').test(textDecoder(encoding ?? 'windows-1252')(line))
    })
}
