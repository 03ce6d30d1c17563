import { type Service, startService } from '../simulator/service/service.ts'
import type { ServiceOptions } from '../simulator/service/service-options.ts'

/**
 * What a page says to the test that types its examples, and to no reader:
 * `<!-- service: {"instead": ["https://api.github.com"]} -->` starts a simulated service that stands for those addresses, with
 * the other keys as its options; the JSON may take several lines. `<!-- meanwhile: {"days": 1, "add": 2} -->` lets something happen there.
 */
export interface Directive {
  kind: 'service' | 'meanwhile'
  line: number
  value: unknown
}

interface ServiceDirective extends Omit<ServiceOptions, 'account' | 'at' | 'clock'> {
  instead: string[]
  account?: { createdPerDay?: number }
}

interface Meanwhile {
  days?: number
  /** Items that are created, edited, and deleted: the last ones, in the middle and the first ones of all that are listed. */
  add?: number
  edit?: number
  remove?: number
  /** Records that come in, by form of a study. */
  study?: Record<string, number>
}

export function directivesOf(markdown: string): Directive[] {
  return [...markdown.matchAll(/^<!-- (service|meanwhile): (\{[^]*?\}) -->$/gm)].map((match) => ({
    kind: match[1] as Directive['kind'],
    line: markdown.slice(0, match.index).split('\n').length,
    value: JSON.parse(match[2]!),
  }))
}

/** A simulated service, and a page that knows it under the addresses of the real one. */
export interface DocService {
  /** A text of the page, with the address of the simulated service. */
  real(text: string): string
  /** A text that the tool printed, with the address that the page knows. */
  shown(text: string): string
  meanwhile(value: unknown): void
  stop(): Promise<void>
}

export async function startDocService(value: unknown): Promise<DocService> {
  const { instead, ...options } = value as ServiceDirective
  const service = await startService(options)
  return {
    real: (text) => instead.reduce((result, address) => result.replaceAll(address, service.url), text),
    shown: (text) => text.replaceAll(service.url, instead[0]!),
    meanwhile: (what) => happen(service, what as Meanwhile),
    stop: () => service.stop(),
  }
}

function happen(
  { account, study }: Service,
  { days = 0, add = 0, edit = 0, remove = 0, study: forms = {} }: Meanwhile,
): void {
  account.advanceTo(new Date(account.now.getTime() + days * 86_400_000))
  if (add > 0) account.add(add)
  const listed = account.listed()
  const middle = Math.floor(listed.length / 2)
  for (const { id } of listed.slice(middle, middle + edit)) account.edit(id)
  for (const { id } of listed.slice(0, remove)) account.remove(id)
  for (const [form, count] of Object.entries(forms)) study.add(form, count)
}
