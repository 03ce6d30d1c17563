import type { Look } from './look.ts'

/** What says that there is a next page; `undefined`: nothing does. */
export function whyMore({ signs, more, extent, records }: Look): string | undefined {
  const [sign] = signs
  if (sign?.goesOn === true) return sign.because
  const flag = more.find(({ value, meansMore }) => value === meansMore)
  if (flag !== undefined) return `${flag.path} is ${flag.value}`
  const { total } = extent
  const isMore = total !== undefined && !total.isAtMost && total.count > records.length && records.length > 0
  return isMore ? `${total.at} is ${total.count}, and ${records.length} are here` : undefined
}
